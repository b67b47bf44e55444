// Doors that open with the right key only.

class Door {
  #key;

  constructor(key) {
    if (key !== "right") {
      throw `${key} doesn't fit`;
    }
    this.#key = key;
  }

  key() {
    return this.#key;
  }
}

class Hatch {
  #number;

  constructor(number) {
    if (number === 0) {
      throw undefined;
    }
    this.#number = number;
  }

  number() {
    return this.#number;
  }
}

export const doors = { Door, Hatch };
