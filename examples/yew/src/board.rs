//! What the page shows.

use std::rc::Rc;

use yew::Reducible;

/// Counts of one load.
#[derive(Clone, Default, PartialEq)]
pub struct Board {
    pub state: &'static str,
    pub sent: usize,
    pub waits: usize,
    pub retried: usize,
    pub done: usize,
    pub explained: Vec<String>,
    wanted: usize,
}

/// What happened.
pub enum Step {
    /// So many calls were begun.
    Start(usize),
    /// A call was sent, for the first time or again.
    Sent { again: bool },
    /// A call waits.
    Waits,
    /// A call is over; what it could not do, in words.
    Over(Option<String>),
    /// The rest was dropped.
    Stop,
}

impl Reducible for Board {
    type Action = Step;

    fn reduce(self: Rc<Self>, step: Step) -> Rc<Self> {
        let mut board = Self::clone(&self);
        match step {
            Step::Start(wanted) => board = Self { state: "running", wanted, ..Self::default() },
            Step::Sent { again } => {
                board.sent += 1;
                board.retried += usize::from(again);
            }
            Step::Waits => board.waits += 1,
            Step::Over(trouble) => {
                board.done += usize::from(trouble.is_none());
                board.explained.extend(trouble);
                if board.done + board.explained.len() == board.wanted {
                    board.state = "done";
                }
            }
            Step::Stop => board.state = "stopped",
        }
        Rc::new(board)
    }
}
