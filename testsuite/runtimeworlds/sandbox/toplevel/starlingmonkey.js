// StarlingMonkey has what the world imports as modules, QuickJS as globals.
import pass from "pass";

globalThis.pass = pass;

export * from "./guest.js";
