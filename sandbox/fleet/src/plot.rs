//! The hour as a picture: requests a second, in units of each policy's own steady state.

use std::error::Error;
use std::path::Path;

use plotters::prelude::*;

use crate::backend::{Condition, HOUR};
use crate::customer::ARRIVALS;
use crate::report::{Fleet, PEAK_LIMIT};
use crate::{MINUTE, Millis};

const SIZE: (u32, u32) = (960, 760);
const COLOURS: [RGBColor; 5] = [
    RGBColor(0x0b, 0x5f, 0xa5),
    RGBColor(0x2e, 0x8b, 0x57),
    RGBColor(0xc0, 0x39, 0x2b),
    RGBColor(0x8e, 0x44, 0xad),
    RGBColor(0xd3, 0x84, 0x00),
];
/// Each point is the mean of this many seconds.
const WINDOW: usize = 5;

/// Draws the fleets, ours above and the others below.
///
/// # Errors
/// The file cannot be written.
pub fn draw<'a>(fleets: &[Fleet], path: &'a Path) -> Result<(), Box<dyn Error + 'a>> {
    let root = SVGBackend::new(path, SIZE).into_drawing_area();
    root.fill(&WHITE)?;
    let (above, below) = root.split_vertically(SIZE.1 / 2);
    let numbered: Vec<(usize, &Fleet)> = fleets.iter().enumerate().collect();
    let (ours, others): (Vec<_>, Vec<_>) = numbered.into_iter().partition(|(_, fleet)| fleet.ours);
    panel(
        &above,
        "Requests a second over the steady state: this library",
        &ours,
    )?;
    panel(&below, "Fixed schedules in the same world", &others)?;
    root.present()?;
    Ok(())
}

fn panel<'a>(
    area: &DrawingArea<SVGBackend<'a>, plotters::coord::Shift>,
    title: &str,
    fleets: &[(usize, &Fleet)],
) -> Result<(), Box<dyn Error + 'a>> {
    let curves: Vec<_> = fleets
        .iter()
        .map(|(index, fleet)| {
            (
                COLOURS[index % COLOURS.len()],
                fleet.name,
                fleet.load.curve(WINDOW),
            )
        })
        .collect();
    let highest = curves
        .iter()
        .flat_map(|(.., curve)| curve)
        .map(|(_, ratio)| *ratio)
        .fold(2.0, f64::max);
    let end = minutes(ARRIVALS) + 5.0;
    let mut chart = ChartBuilder::on(area)
        .caption(title, ("sans-serif", 20))
        .margin(14)
        .x_label_area_size(38)
        .y_label_area_size(48)
        .build_cartesian_2d(0.0..end, 0.0..highest * 1.12)?;
    chart
        .configure_mesh()
        .x_desc("minutes")
        .light_line_style(TRANSPARENT)
        .bold_line_style(BLACK.mix(0.12))
        .x_labels(14)
        .draw()?;
    chart.draw_series(spans(end).into_iter().map(|(from, to, tint)| {
        Rectangle::new([(from, 0.0), (to, highest * 1.12)], tint.filled())
    }))?;
    chart.draw_series(LineSeries::new(
        [(0.0, PEAK_LIMIT), (end, PEAK_LIMIT)],
        BLACK.mix(0.5),
    ))?;
    for (colour, name, curve) in curves {
        let shown = curve.into_iter().filter(|(minute, _)| *minute <= end);
        chart
            .draw_series(LineSeries::new(shown, colour.stroke_width(2)))?
            .label(name)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperRight)
        .background_style(WHITE.mix(0.85))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    Ok(())
}

/// When the backend is not well, in minutes, and how that is tinted.
fn spans(end: f64) -> Vec<(f64, f64, RGBAColor)> {
    let ends = HOUR.iter().skip(1).map(|(at, _)| minutes(*at)).chain([end]);
    HOUR.iter()
        .zip(ends)
        .filter_map(|((from, condition), to)| {
            let tint = match condition {
                Condition::Well => return None,
                Condition::Down => BLACK.mix(0.14),
                Condition::BrownOut(_) => RGBColor(0xd3, 0x84, 0x00).mix(0.14),
                Condition::Busy(_) => RGBColor(0x0b, 0x5f, 0xa5).mix(0.12),
            };
            Some((minutes(*from), to, tint))
        })
        .collect()
}

fn minutes(millis: Millis) -> f64 {
    f64::from(u32::try_from(millis / 1000).unwrap_or(u32::MAX))
        / f64::from(u32::try_from(MINUTE / 1000).unwrap_or(1))
}
