//! The fit: a multinomial logistic regression with a ridge, by L-BFGS.

use argmin::core::{CostFunction, Error, Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use std::cell::RefCell;

/// How large weights are punished, and how long is searched.
const RIDGE: f64 = 0.8;
const MOST_STEPS: u64 = 70;
const MEMORY: usize = 7;
/// Classes of one problem at most: a number that is known to the compiler is faster to sum up.
const WIDTH: usize = 32;

/// One thing to learn from.
#[derive(Clone)]
pub struct Sample {
    /// Of which row; none of a phrase, which is of no vendor.
    pub row: Option<usize>,
    /// Place of the feature, and its size.
    pub features: Vec<(u32, f64)>,
    /// The classes that compete, from and to.
    pub head: (usize, usize),
    /// Class and share; they sum up to the weight.
    pub targets: Vec<(usize, f64)>,
}

/// The weights: for each feature one a class, then one a class for none.
pub struct Fit {
    weights: Vec<f64>,
    features: usize,
}

impl Fit {
    /// The weight of `feature` for `class`.
    pub fn weight(&self, feature: usize, class: usize) -> f64 {
        self.weights[feature * WIDTH + class]
    }

    /// The weight for `class` whatever the features.
    pub fn bias(&self, class: usize) -> f64 {
        self.weights[self.features * WIDTH + class]
    }

    /// Fits weights of `features` features to `samples`, only those for which `may` holds of a feature and a class.
    ///
    /// # Panics
    /// If the search fails, which it does not for a convex problem.
    pub fn of(samples: &[Sample], features: usize, may: impl Fn(usize, usize) -> bool) -> Self {
        let start = vec![0.0; (features + 1) * WIDTH];
        let free = (0..start.len()).map(|at| at / WIDTH == features || may(at / WIDTH, at % WIDTH)).collect();
        let problem = Problem { samples, features, free, last: RefCell::new((Vec::new(), 0.0, Vec::new())) };
        let solver = LBFGS::new(MoreThuenteLineSearch::new(), MEMORY).with_tolerance_grad(1e-2).unwrap();
        let result = Executor::new(problem, solver)
            .configure(|state| state.param(start).max_iters(MOST_STEPS))
            .run()
            .expect("the search ends");
        Self { weights: result.state().get_best_param().expect("a search has a best point").clone(), features }
    }
}

struct Problem<'e> {
    samples: &'e [Sample],
    features: usize,
    // Which weights may be other than none.
    free: Vec<bool>,
    // The last point, since a line search asks for cost and slope apart.
    last: RefCell<(Vec<f64>, f64, Vec<f64>)>,
}

fn row(weights: &[f64], place: usize) -> &[f64; WIDTH] {
    weights[place * WIDTH..].first_chunk().expect("there is a row for every feature")
}

fn row_mut(weights: &mut [f64], place: usize) -> &mut [f64; WIDTH] {
    weights[place * WIDTH..].first_chunk_mut().expect("there is a row for every feature")
}

fn add(sum: &mut [f64; WIDTH], part: &[f64; WIDTH], size: f64) {
    for (sum, part) in sum.iter_mut().zip(part) {
        *sum += part * size;
    }
}

impl Problem<'_> {
    fn at(&self, weights: &[f64]) -> (f64, Vec<f64>) {
        if self.last.borrow().0 == weights {
            let last = self.last.borrow();
            return (last.1, last.2.clone());
        }
        let mut slope: Vec<f64> = weights.iter().map(|weight| weight * RIDGE).collect();
        for slope in row_mut(&mut slope, self.features) {
            *slope *= 0.01;
        }
        let mut cost = weights.iter().zip(&slope).map(|(weight, slope)| weight * slope / 2.0).sum();
        for sample in self.samples {
            let mut scores = *row(weights, self.features);
            for (feature, size) in &sample.features {
                add(&mut scores, row(weights, *feature as usize), *size);
            }
            let (from, to) = sample.head;
            let most = scores[from..to].iter().copied().fold(f64::MIN, f64::max);
            let mut errors = [0.0; WIDTH];
            for class in from..to {
                errors[class] = libm::exp(scores[class] - most);
            }
            let sum: f64 = errors.iter().sum();
            let (log, total) = (most + libm::log(sum), sample.targets.iter().map(|(_, share)| share).sum::<f64>());
            for error in &mut errors {
                *error *= total / sum;
            }
            for (class, share) in &sample.targets {
                errors[*class] -= share;
                cost -= share * (scores[*class] - log);
            }
            for (feature, size) in &sample.features {
                add(row_mut(&mut slope, *feature as usize), &errors, *size);
            }
            add(row_mut(&mut slope, self.features), &errors, 1.0);
        }
        for (slope, _) in slope.iter_mut().zip(&self.free).filter(|(_, is_free)| !**is_free) {
            *slope = 0.0;
        }
        *self.last.borrow_mut() = (weights.to_vec(), cost, slope.clone());
        (cost, slope)
    }
}

impl CostFunction for Problem<'_> {
    type Param = Vec<f64>;
    type Output = f64;

    fn cost(&self, weights: &Vec<f64>) -> Result<f64, Error> {
        Ok(self.at(weights).0)
    }
}

impl Gradient for Problem<'_> {
    type Param = Vec<f64>;
    type Gradient = Vec<f64>;

    fn gradient(&self, weights: &Vec<f64>) -> Result<Vec<f64>, Error> {
        Ok(self.at(weights).1)
    }
}
