//! How often the reader is right when it thinks it is: on rows whose vendor it was not fitted to.

use fetch_with_policy::explain::judge::model::POINTS;

/// Of each judgement what it said, in percent, and whether it was right: the percentages that are true, at the points of what it
/// says. The more it says, the more it is believed (pooled adjacent violators), and nothing is surer than 99 %.
pub fn calibrate(judged: &[(f64, bool)]) -> [u8; POINTS] {
    let mut sorted = judged.to_vec();
    sorted.sort_by(|one, other| one.0.total_cmp(&other.0));
    // Blocks of (sum of said, right, count), of which none is less right than the one before.
    let mut blocks: Vec<(f64, f64, f64)> = Vec::new();
    for (said, is_right) in sorted {
        blocks.push((said, f64::from(u8::from(is_right)), 1.0));
        while let [.., before, last] = blocks.as_slice()
            && before.1 * last.2 >= last.1 * before.2
        {
            let joined = (before.0 + last.0, before.1 + last.1, before.2 + last.2);
            blocks.truncate(blocks.len() - 2);
            blocks.push(joined);
        }
    }
    // Few at an end prove little: as if one more had been wrong.
    let mut points: Vec<(f64, f64)> =
        blocks.iter().map(|(said, right, count)| (said / count, right / (count + 1.0))).collect();
    for index in 1..points.len() {
        points[index].1 = points[index].1.max(points[index - 1].1);
    }
    std::array::from_fn(|point| {
        let said = point as f64 * 100.0 / (POINTS - 1) as f64;
        let after = points.iter().position(|(other, _)| *other >= said).unwrap_or(points.len());
        let value = match (after.checked_sub(1).and_then(|index| points.get(index)), points.get(after)) {
            (Some(before), Some(next)) => {
                before.1 + (next.1 - before.1) * (said - before.0) / (next.0 - before.0).max(f64::MIN_POSITIVE)
            }
            (Some(last), None) => last.1,
            // Below the first block's mean, confidence falls in proportion.
            (None, Some(first)) => first.1 * said / first.0.max(f64::MIN_POSITIVE),
            (None, None) => said / 100.0,
        };
        (value * 100.0).round().clamp(1.0, 99.0) as u8
    })
}
