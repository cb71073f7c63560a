//! Principal components: the directions in which rows differ most.

/// Of the correlation-like matrix of `columns` (already centred): axes by falling variance, as many as carry 95 % of
/// it. Jacobi's rotations, because they are short and exact; they are meant for at most a few hundred columns.
pub fn axes(columns: &[Vec<f64>]) -> Vec<Vec<f64>> {
    const KEPT: f64 = 0.95;
    let size = columns.len();
    let mut matrix = vec![vec![0.0; size]; size];
    for a in 0..size {
        for b in a..size {
            let sum: f64 = columns[a].iter().zip(&columns[b]).map(|(x, y)| x * y).sum();
            matrix[a][b] = sum;
            matrix[b][a] = sum;
        }
    }
    let mut vectors: Vec<Vec<f64>> =
        (0..size).map(|a| (0..size).map(|b| f64::from(u8::from(a == b))).collect()).collect();
    for _ in 0..30 {
        let off: f64 =
            (0..size).flat_map(|a| (0..a).map(move |b| (a, b))).map(|(a, b)| matrix[a][b].abs()).sum();
        let whole: f64 = (0..size).map(|a| matrix[a][a].abs()).sum();
        if off <= whole * 1e-12 {
            break;
        }
        for a in 0..size {
            for b in a + 1..size {
                rotate(&mut matrix, &mut vectors, a, b);
            }
        }
    }
    let order = crate::statistic::order(size, &mut |a, b| matrix[b][b].total_cmp(&matrix[a][a]));
    let whole: f64 = (0..size).map(|a| matrix[a][a]).sum();
    let mut carried = 0.0;
    let mut kept = Vec::new();
    for at in order.into_iter().map(|at| at as usize) {
        if carried >= KEPT * whole {
            break;
        }
        carried += matrix[at][at];
        // A direction and its opposite are the same; the largest part is made positive.
        let mut axis: Vec<f64> = vectors.iter().map(|row| row[at]).collect();
        let largest = axis.iter().copied().fold(0.0_f64, |a, b| if b.abs() > a.abs() { b } else { a });
        if largest < 0.0 {
            axis.iter_mut().for_each(|part| *part = -*part);
        }
        kept.push(axis);
    }
    kept
}

fn rotate(matrix: &mut [Vec<f64>], vectors: &mut [Vec<f64>], a: usize, b: usize) {
    let between = matrix[a][b];
    if between == 0.0 {
        return;
    }
    let slope = (matrix[b][b] - matrix[a][a]) / (2.0 * between);
    let tangent = (if slope < 0.0 { -1.0 } else { 1.0 }) / (slope.abs() + (slope * slope + 1.0).sqrt());
    let cosine = 1.0 / (tangent * tangent + 1.0).sqrt();
    let sine = tangent * cosine;
    let turn = |x: f64, y: f64| (cosine * x - sine * y, sine * x + cosine * y);
    for row in matrix.iter_mut() {
        (row[a], row[b]) = turn(row[a], row[b]);
    }
    // `a` is always the earlier of the two.
    let (before, from) = matrix.split_at_mut(b);
    for (x, y) in before[a].iter_mut().zip(&mut from[0]) {
        (*x, *y) = turn(*x, *y);
    }
    for row in vectors.iter_mut() {
        (row[a], row[b]) = turn(row[a], row[b]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_axis_lies_along_the_cloud() {
        let along: Vec<f64> = (-50..=50).map(f64::from).collect();
        let third: Vec<f64> = (-50..=50).map(|at| f64::from((at * 37) % 11)).collect();
        let columns = vec![along.iter().map(|x| 2.0 * x).collect(), along.clone(), third];
        let axes = axes(&columns);
        assert_eq!(axes.len(), 1, "the third column carries less than 5 %");
        assert!((axes[0][0] / axes[0][1] - 2.0).abs() < 0.01);
        let length: f64 = axes[0].iter().map(|part| part * part).sum();
        assert!((length - 1.0).abs() < 1e-9);
    }
}
