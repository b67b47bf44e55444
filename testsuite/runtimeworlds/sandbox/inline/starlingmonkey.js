// StarlingMonkey has what the world imports as modules, QuickJS as globals.
import ask from "ask";

globalThis.ask = ask;

export * from "./guest.js";
