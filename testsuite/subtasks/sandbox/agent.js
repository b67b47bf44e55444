// Has words counted by a task, and tells what came of it.
import { count } from "demo:agents/words";
import { last, left, narrowNext } from "capsule:tasks/control@0.1.0";

export const report = {
  ask(text, fuel) {
    narrowNext({ fuel }, {});
    let words = [];
    let problem;
    try {
      words = count(text);
    } catch (e) {
      if (!e.payload) throw e;
      problem = e.payload;
    }
    const ending = last();
    return { words, problem, outcome: ending.outcome, fuel: ending.fuel, fuelLeft: left().fuel };
  },
};
