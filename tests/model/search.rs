//! Breadth first through all worlds, with the shortest way to a broken rule.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem::Discriminant;
use std::time::Instant;

use klarna_step_up::machine::Effect;

use crate::acts::Act;
use crate::key;
use crate::liveness::Liveness;
use crate::world::{DEADLINES, World};

/// Where a search ends before it has found everything.
#[derive(Clone, Copy)]
pub struct Limit {
    pub states: usize,
    /// Acts from the beginning.
    pub depth: u32,
}

/// It has to find everything.
pub const NONE: Limit = Limit {
    states: usize::MAX,
    depth: u32::MAX,
};

/// What was found.
pub struct Found {
    pub states: usize,
    pub transitions: usize,
    /// Nothing was left to be found.
    pub complete: bool,
    /// Verdicts that the app was told, kinds of acts that happened, deadlines that came: an empty search would pass everything.
    pub told: BTreeSet<String>,
    pub acted: HashMap<Discriminant<Act>, Act>,
    pub fired: u32,
    /// Changes of phase, and what brought them.
    pub moved: BTreeSet<(String, String, String)>,
}

/// How a state was reached: from which, and by which of the acts that could happen there.
#[derive(Clone, Copy)]
struct Way {
    from: u32,
    nth: u16,
}

struct Search<'a> {
    name: &'a str,
    begin: &'a World,
    seen: HashSet<u64>,
    ways: Vec<Way>,
    liveness: Liveness,
    found: Found,
}

/// Searches until nothing new is found, or the limit is reached.
pub fn search(name: &str, begin: &World, limit: Limit) -> Found {
    let clock = Instant::now();
    let mut search = Search {
        name,
        begin,
        seen: HashSet::from([key::of(begin)]),
        ways: vec![Way { from: 0, nth: 0 }],
        liveness: Liveness::default(),
        found: Found {
            states: 1,
            transitions: 0,
            complete: false,
            told: BTreeSet::new(),
            acted: HashMap::new(),
            fired: 0,
            moved: BTreeSet::new(),
        },
    };
    let mut depth = 0;
    let mut level = vec![(0_u32, begin.clone())];
    while !level.is_empty() && depth < limit.depth && search.seen.len() < limit.states {
        level = search.next_level(level, limit.states);
        depth += 1;
    }
    let Search {
        seen,
        liveness,
        mut found,
        ..
    } = search;
    found.states = seen.len();
    found.complete = level.is_empty();
    let end = if found.complete {
        "frontier empty"
    } else {
        "cut off"
    };
    println!(
        "model {name}: {} states, {} transitions, depth {depth}, {end}, at most {} steps from any state to a final outcome, {:.1} s",
        found.states,
        found.transitions,
        liveness.longest,
        clock.elapsed().as_secs_f64()
    );
    found
}

impl Search<'_> {
    fn next_level(&mut self, level: Vec<(u32, World)>, most: usize) -> Vec<(u32, World)> {
        let mut next_level = Vec::new();
        for (from, world) in level {
            for (nth, first) in world.acts().into_iter().enumerate() {
                let nth = u16::try_from(nth).expect("few acts");
                let next = self.follow(&world, from, first);
                if !self.seen.insert(key::of(&next)) {
                    continue;
                }
                let state = u32::try_from(self.ways.len()).expect("fewer than 2^32 states");
                self.ways.push(Way { from, nth });
                if let Err(broken) = self.liveness.check(&next) {
                    self.fail(&broken, from, first);
                }
                if self.seen.len() >= most {
                    return vec![(state, next)];
                }
                next_level.push((state, next));
            }
        }
        next_level
    }

    /// What comes of an act, with all that follows of itself.
    fn follow(&mut self, world: &World, from: u32, first: Act) -> World {
        let mut next = world.clone();
        let mut following = Some(first);
        while let Some(act) = following {
            self.found.transitions += 1;
            note(&mut self.found, &next, act);
            next.fired = 0;
            next.moved.clear();
            if let Err(broken) = next.apply(act) {
                self.fail(&broken, from, first);
            }
            self.found.fired |= next.fired;
            for (from, input, to) in next.moved.drain(..) {
                let change = (format!("{from:?}"), input, format!("{to:?}"));
                self.found.moved.insert(change);
            }
            following = next.forced();
        }
        next
    }

    fn fail(&self, broken: &str, from: u32, last: Act) -> ! {
        let story = story(self.begin, &self.ways, from, last);
        panic!("{}: {broken}\n{story}", self.name)
    }
}

impl Found {
    /// Deadlines that came, by name.
    pub fn timers(&self) -> BTreeSet<String> {
        let fired = |time: &&klarna_step_up::machine::Time| self.fired & (1 << (**time as u32)) > 0;
        let timers = DEADLINES.iter().filter(fired);
        timers.map(|time| format!("{time:?}")).collect()
    }
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
    let mut way = Vec::new();
    let mut state = from;
    while state > 0 {
        way.push(ways[state as usize].nth);
        state = ways[state as usize].from;
    }
    let mut world = begin.clone();
    let mut lines = Vec::new();
    loop {
        let nth = way.pop();
        let act = nth.map_or(last, |nth| world.acts()[usize::from(nth)]);
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
        if nth.is_none() {
            // It was the continuation that broke the rule.
            return lines.join("\n");
        }
    }
}
