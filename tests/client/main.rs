//! The whole client against a scripted backend, in virtual time: what an app sees.

mod configuration;
mod orders;
mod phone;
mod races;
mod seams;
mod set_aside;
