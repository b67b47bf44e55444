// Hands every value on to the host, and its answer back.

import * as host from 'test:types/echo@0.1.0';

export const echo = {
  nothing() {
    host.nothing();
  },
  echoBool(v) {
    return host.echoBool(v);
  },
  echoS8(v) {
    return host.echoS8(v);
  },
  echoU8(v) {
    return host.echoU8(v);
  },
  echoS16(v) {
    return host.echoS16(v);
  },
  echoU16(v) {
    return host.echoU16(v);
  },
  echoS32(v) {
    return host.echoS32(v);
  },
  echoU32(v) {
    return host.echoU32(v);
  },
  echoS64(v) {
    return host.echoS64(v);
  },
  echoU64(v) {
    return host.echoU64(v);
  },
  echoF32(v) {
    return host.echoF32(v);
  },
  echoF64(v) {
    return host.echoF64(v);
  },
  echoChar(v) {
    return host.echoChar(v);
  },
  echoString(v) {
    return host.echoString(v);
  },
  echoBytes(v) {
    return host.echoBytes(v);
  },
  echoStrings(v) {
    return host.echoStrings(v);
  },
  echoLists(v) {
    return host.echoLists(v);
  },
  echoFloats(v) {
    return host.echoFloats(v);
  },
  echoChars(v) {
    return host.echoChars(v);
  },
  echoPoint(v) {
    return host.echoPoint(v);
  },
  echoNested(v) {
    return host.echoNested(v);
  },
  echoTuple(v) {
    return host.echoTuple(v);
  },
  echoShape(v) {
    return host.echoShape(v);
  },
  echoShapes(v) {
    return host.echoShapes(v);
  },
  echoColor(v) {
    return host.echoColor(v);
  },
  echoOption(v) {
    return host.echoOption(v);
  },
  echoOptionString(v) {
    return host.echoOptionString(v);
  },
  echoOptionOption(v) {
    return host.echoOptionOption(v);
  },
  echoResult(v) {
    return host.echoResult(v);
  },
  echoResultEmpty(v) {
    return host.echoResultEmpty(v);
  },
  echoResultOk(v) {
    return host.echoResultOk(v);
  },
  echoResultErr(v) {
    return host.echoResultErr(v);
  },
  echoResults(v) {
    return host.echoResults(v);
  },
  echoSmall(v) {
    return host.echoSmall(v);
  },
  echoMedium(v) {
    return host.echoMedium(v);
  },
  echoLarge(v) {
    return host.echoLarge(v);
  },
  echoMany(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q) {
    return host.echoMany(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
  },
};
