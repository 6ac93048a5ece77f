//! Breadth first through all worlds, with the shortest way to a broken rule.

use std::collections::{BTreeSet, HashMap, HashSet, VecDeque};
use std::mem::Discriminant;
use std::time::Instant;

use klarna_step_up::machine::Effect;

use crate::key;
use crate::world::{Act, World};

/// What was found.
pub struct Found {
    pub states: usize,
    pub transitions: usize,
    /// Verdicts that the app was told, and kinds of acts that happened: an empty search would pass everything.
    pub told: BTreeSet<String>,
    pub acted: HashMap<Discriminant<Act>, Act>,
}

/// How a state was reached.
struct Way {
    from: u32,
    act: Option<Act>,
}

/// Searches until nothing new is found.
pub fn search(name: &str, begin: &World, most: usize) -> Found {
    let clock = Instant::now();
    let mut seen: HashSet<u64> = HashSet::from([key::of(begin)]);
    let mut ways = vec![Way { from: 0, act: None }];
    let mut frontier = VecDeque::from([(0_u32, begin.clone())]);
    let mut found = Found {
        states: 1,
        transitions: 0,
        told: BTreeSet::new(),
        acted: HashMap::new(),
    };
    while let Some((from, world)) = frontier.pop_front() {
        for first in world.acts() {
            let mut next = world.clone();
            let mut following = Some(first);
            while let Some(act) = following {
                found.transitions += 1;
                note(&mut found, &next, act);
                if let Err(broken) = next.apply(act) {
                    panic!("{name}: {broken}\n{}", story(begin, &ways, from, first));
                }
                following = next.forced();
            }
            if seen.insert(key::of(&next)) {
                let state = u32::try_from(ways.len()).expect("fewer than 2^32 states");
                ways.push(Way {
                    from,
                    act: Some(first),
                });
                frontier.push_back((state, next));
            }
        }
        assert!(
            seen.len() <= most,
            "{name}: more than {most} states; the frontier holds {}",
            frontier.len()
        );
    }
    found.states = seen.len();
    println!(
        "model {name}: {} states, {} transitions, frontier empty, {:.1} s",
        found.states,
        found.transitions,
        clock.elapsed().as_secs_f64()
    );
    found
}

fn note(found: &mut Found, world: &World, act: Act) {
    found
        .acted
        .entry(std::mem::discriminant(&act))
        .or_insert(act);
    if let Act::Execute(at) = act
        && let Some(Effect::Deliver(outcome)) = world.slots[at].todo.front()
    {
        found.told.insert(format!("{:?}", outcome.verdict));
    }
}

/// The shortest sequence that ends in the broken rule, with what the machine wanted done.
fn story(begin: &World, ways: &[Way], from: u32, last: Act) -> String {
    let mut acts = vec![last];
    let mut state = from;
    while let Some(act) = ways[state as usize].act {
        acts.push(act);
        state = ways[state as usize].from;
    }
    acts.reverse();
    let mut world = begin.clone();
    let mut lines = Vec::new();
    for act in acts {
        let mut following = Some(act);
        while let Some(act) = following {
            let what = match act {
                Act::Execute(at) => format!("{:?}", world.slots[at].todo.front()),
                _ => String::new(),
            };
            let time = world.now.mono - crate::phone::BOOT;
            lines.push(format!("{time:>8} ms  {act:?} {what}"));
            if world.apply(act).is_err() {
                return lines.join("\n");
            }
            following = world.forced();
        }
    }
    lines.join("\n")
}
