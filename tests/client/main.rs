//! The whole client against a scripted backend, in virtual time: what an app sees.

mod orders;
mod phone;
mod seams;
