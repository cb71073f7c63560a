//! The problems: three generated ones and the churn customers, as rows of text that both sides read alike.

use sandshift_lessons::generator::csv_orange_telecom;
use sandshift_lessons::generator::random::Random;
use sandshift_ml::{Column, Kind, Table};

pub struct Problem {
    /// Begins with the kind of problem.
    pub name: String,
    /// Of the features.
    pub names: Vec<String>,
    pub rows: Vec<Row>,
}

pub struct Row {
    pub train: bool,
    pub features: Vec<String>,
    pub target: String,
}

impl Problem {
    pub fn csv(&self) -> String {
        let mut text = format!("part,{},target\n", self.names.join(","));
        for row in &self.rows {
            let part = if row.train { "Train" } else { "Test" };
            text.push_str(&format!("{part},{},{}\n", row.features.join(","), row.target));
        }
        text
    }

    /// The features and the answers of one part; a column of numbers is one.
    ///
    /// # Errors
    /// Columns of different lengths.
    pub fn part(&self, train: bool) -> Result<(Table, Column), String> {
        let rows: Vec<&Row> = self.rows.iter().filter(|row| row.train == train).collect();
        let column = |name: &str, of: &dyn Fn(&Row) -> String| {
            let number =
                |row: &Row| of(row).parse().or(if of(row).is_empty() { Ok(f64::NAN) } else { Err(()) });
            if self.rows.iter().all(|row| number(row).is_ok()) {
                let numbers = rows.iter().filter_map(|row| number(row).ok()).collect();
                return Column::numbers(name, Kind::Number, numbers);
            }
            let texts: Vec<String> = rows.iter().map(|row| of(row)).collect();
            Column::text(name, texts.iter().map(|text| Some(&**text)))
        };
        let features =
            self.names.iter().enumerate().map(|(at, name)| column(name, &|row| row.features[at].clone()));
        let table = Table::new(features.collect()).map_err(|refusal| refusal.to_string())?;
        Ok((table, column("target", &|row| row.target.clone())))
    }

    /// Both together.
    ///
    /// # Errors
    /// Columns of different lengths.
    pub fn table(&self, train: bool) -> Result<Table, String> {
        let (table, target) = self.part(train)?;
        let mut columns = table.columns().to_vec();
        columns.push(target);
        Table::new(columns).map_err(|refusal| refusal.to_string())
    }
}

pub fn problems() -> Vec<Problem> {
    let mut all = vec![
        generated("binary-shop", 1, |x, noise| {
            let buys =
                x[0] * 1.5 - x[1] + x[2] * x[3] * 2.0 + (if x[4] > 0.5 { 1.5 } else { 0.0 }) + x[5] * 2.0;
            String::from(if buys + noise * 1.5 > 2.6 { "yes" } else { "no" })
        }),
        generated("multiclass-crop", 2, |x, noise| {
            let wet = x[0] * 2.0 + x[1] * x[2] + x[5] + noise;
            let warm = x[3] + x[4] * x[4] - x[0];
            String::from(match (wet > 1.9, warm > 0.4) {
                (true, _) => "rice",
                (false, true) => "maize",
                (false, false) => "oats",
            })
        }),
        generated("regression-rent", 3, |x, noise| {
            let rent = 3.0 + 5.0 * x[0] + 2.0 * x[1] * x[2] - 1.5 * x[3] + 2.5 * x[5] + 0.6 * noise;
            format!("{rent:.4}")
        }),
    ];
    all.push(churn_process());
    all
}

/// Six numbers from 0 to 1 (the fifth with gaps), a choice whose worth is the sixth number, and noise.
fn generated(name: &str, seed: u64, answer: impl Fn(&[f64; 6], f64) -> String) -> Problem {
    // Many rows to test on: what two overfitted forests disagree about must not decide.
    const ROWS: usize = 10_000;
    const CHOICES: [(&str, f64); 4] = [("east", 0.1), ("north", 0.7), ("south", 0.2), ("west", 0.9)];
    let mut random = Random::new(seed, 91);
    let mut rows = Vec::new();
    for row in 0..ROWS {
        let mut x = [0.0; 6];
        x.iter_mut().for_each(|x| *x = random.unit());
        let (choice, worth) = CHOICES[random.below(4) as usize];
        x[5] = worth;
        // The sum of a few draws is close enough to normal.
        let noise = (0..4).map(|_| random.unit()).sum::<f64>() / 2.0 - 1.0;
        let target = answer(&x, noise);
        let mut features: Vec<String> = x[..5].iter().map(|x| format!("{x:.6}")).collect();
        if random.below(10) == 0 {
            features[4].clear();
        }
        features.push(choice.to_owned());
        rows.push(Row { train: row % 10 < 3, features, target });
    }
    let names = ["a", "b", "c", "d", "e", "side"].map(str::to_owned).to_vec();
    Problem { name: name.to_owned(), names, rows }
}

/// Learned from one set of customers, tested on two others that came about the same way.
fn churn_process() -> Problem {
    let mut all = churn(1);
    all.name = "binary-churn".to_owned();
    all.rows.iter_mut().for_each(|row| row.train = true);
    for seed in [2, 3] {
        all.rows.extend(churn(seed).rows.into_iter().map(|row| Row { train: false, ..row }));
    }
    all
}

pub fn churn(seed: u64) -> Problem {
    let text = String::from_utf8(csv_orange_telecom(seed)).unwrap_or_default();
    let mut lines = text.lines().map(|line| line.split(',').map(str::to_owned).collect::<Vec<String>>());
    let mut names = lines.next().unwrap_or_default();
    names.truncate(19);
    let rows = lines.map(|fields| Row {
        train: fields[20] == "Train",
        features: fields[..19].to_vec(),
        target: fields[19].clone(),
    });
    Problem { name: format!("binary-churn-{seed}"), names, rows: rows.collect() }
}
