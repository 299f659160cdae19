//! The fit: a multinomial logistic regression with a ridge, by L-BFGS.

use crate::examples::Example;
use argmin::core::{CostFunction, Error, Executor, Gradient, State};
use argmin::solver::linesearch::MoreThuenteLineSearch;
use argmin::solver::quasinewton::LBFGS;
use fetch_with_policy::explain::judge::model::CLASSES;
use std::cell::RefCell;

/// How large weights are punished, and how long is searched.
const RIDGE: f64 = 1.0;
const MOST_STEPS: u64 = 70;
const MEMORY: usize = 7;

/// The weights: for each feature one a class, then one a class for none.
pub struct Fit {
    weights: Vec<f64>,
}

struct Problem<'e> {
    examples: Vec<&'e Example>,
    features: usize,
    // The last point, since a line search asks for cost and slope apart.
    last: RefCell<(Vec<f64>, f64, Vec<f64>)>,
}

impl Fit {
    /// The weight of `feature` (or, with the number of features, of none) for `class`.
    pub fn weight(&self, feature: usize, class: usize) -> f64 {
        self.weights[feature * CLASSES + class]
    }

    /// Fits weights of `features` features to `examples`.
    ///
    /// # Panics
    /// If the search fails, which it does not for a convex problem.
    pub fn of(examples: Vec<&Example>, features: usize) -> Self {
        let start = vec![0.0; (features + 1) * CLASSES];
        let problem = Problem { examples, features, last: RefCell::new((Vec::new(), 0.0, Vec::new())) };
        let solver = LBFGS::new(MoreThuenteLineSearch::new(), MEMORY).with_tolerance_grad(1e-2).unwrap();
        let result = Executor::new(problem, solver)
            .configure(|state| state.param(start).max_iters(MOST_STEPS))
            .run()
            .expect("the search ends");
        Self { weights: result.state().get_best_param().expect("a search has a best point").clone() }
    }
}

impl Problem<'_> {
    fn at(&self, weights: &[f64]) -> (f64, Vec<f64>) {
        if self.last.borrow().0 == weights {
            let last = self.last.borrow();
            return (last.1, last.2.clone());
        }
        let bias = self.features * CLASSES;
        let mut slope: Vec<f64> = weights.iter().map(|weight| weight * RIDGE).collect();
        let mut cost = weights[..bias].iter().map(|weight| weight * weight * RIDGE / 2.0).sum();
        slope[bias..].iter_mut().for_each(|slope| *slope *= 0.01);
        for example in &self.examples {
            let (from, to) = example.head;
            let mut scores = [0.0; CLASSES];
            scores[from..to].copy_from_slice(&weights[bias + from..bias + to]);
            for (feature, size) in &example.features {
                let row = *feature as usize * CLASSES;
                for class in from..to {
                    scores[class] += weights[row + class] * size;
                }
            }
            let most = scores[from..to].iter().copied().fold(f64::MIN, f64::max);
            let sum: f64 = scores[from..to].iter().map(|score| libm::exp(score - most)).sum();
            let (log, total) = (most + libm::log(sum), example.targets.iter().map(|(_, share)| share).sum::<f64>());
            let mut errors = [0.0; CLASSES];
            for class in from..to {
                errors[class] = libm::exp(scores[class] - log) * total;
            }
            for (class, share) in &example.targets {
                errors[*class] -= share;
                cost -= share * (scores[*class] - log);
            }
            for (feature, size) in &example.features {
                let row = *feature as usize * CLASSES;
                for class in from..to {
                    slope[row + class] += errors[class] * size;
                }
            }
            for class in from..to {
                slope[bias + class] += errors[class];
            }
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
