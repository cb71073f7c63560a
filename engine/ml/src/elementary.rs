//! Exponential and logarithm of our own.
//!
//! The platform's differ in the last bit between a browser and a native test; one bit can turn a split of a tree, and
//! a lab's accuracy with it. Additions, multiplications and square roots are exact everywhere, so these are, too.

const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;

/// To about one unit in the last place; 0 and infinity past the ends.
pub fn exp(x: f64) -> f64 {
    if x.is_nan() {
        return x;
    }
    if x > 709.0 {
        return f64::INFINITY;
    }
    if x < -708.0 {
        return 0.0;
    }
    let power = (x * std::f64::consts::LOG2_E + if x < 0.0 { -0.5 } else { 0.5 }) as i64;
    let rest = (x - power as f64 * LN_2_HIGH) - power as f64 * LN_2_LOW;
    let mut sum = 1.0;
    for divisor in (1..=13).rev() {
        sum = 1.0 + rest / f64::from(divisor) * sum;
    }
    sum * f64::from_bits(((power + 1023) as u64) << 52)
}

/// Of a positive number; minus infinity at 0, not a number below.
pub fn ln(x: f64) -> f64 {
    if x.is_nan() || x < 0.0 {
        return f64::NAN;
    }
    if x < f64::MIN_POSITIVE {
        return f64::NEG_INFINITY;
    }
    if x.is_infinite() {
        return x;
    }
    let bits = x.to_bits();
    let mut power = ((bits >> 52) as i64 - 1023) as f64;
    let mut part = f64::from_bits((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
    if part > std::f64::consts::SQRT_2 {
        part *= 0.5;
        power += 1.0;
    }
    // ln m = 2 artanh((m - 1) / (m + 1)), a series in odd powers of at most 0.172.
    let ratio = (part - 1.0) / (part + 1.0);
    let square = ratio * ratio;
    let mut sum = 0.0;
    for odd in (0..=10).rev() {
        sum = sum * square + 1.0 / f64::from(2 * odd + 1);
    }
    power * LN_2_HIGH + (power * LN_2_LOW + 2.0 * ratio * sum)
}

pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + exp(-x))
    } else {
        let e = exp(x);
        e / (1.0 + e)
    }
}

/// ln(1 + e^x) without overflow: the logistic loss.
pub fn soft_plus(x: f64) -> f64 {
    if x > 0.0 { x + ln(1.0 + exp(-x)) } else { ln(1.0 + exp(x)) }
}

/// Scores become probabilities, in place.
pub fn softmax(scores: &mut [f64]) {
    let top = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut total = 0.0;
    for score in scores.iter_mut() {
        *score = exp(*score - top);
        total += *score;
    }
    scores.iter_mut().for_each(|score| *score /= total);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_agree_with_the_platform() {
        for step in -7000..7000 {
            let x = f64::from(step) * 0.1;
            assert!((exp(x) / x.exp() - 1.0).abs() < 4e-15, "exp {x}");
            let y = x.exp();
            assert!((ln(y) - x).abs() <= 1e-15 * x.abs().max(1.0), "ln {y}: {} {x}", ln(y));
        }
        assert_eq!((exp(-1e9), exp(1e9), ln(0.0)), (0.0, f64::INFINITY, f64::NEG_INFINITY));
        assert!(ln(-1.0).is_nan() && exp(f64::NAN).is_nan());
        assert!((sigmoid(-800.0)).abs() < 1e-300 && sigmoid(800.0) == 1.0);
        let mut scores = [1000.0, 1001.0];
        softmax(&mut scores);
        assert!((scores[0] + scores[1] - 1.0).abs() < 1e-12);
    }
}
