// Draws the last prices of an instrument as a line.

const POINTS = 100;

export class Sparkline {
  #canvas;
  #values = [];

  constructor(canvas) {
    this.#canvas = canvas;
  }

  push(value) {
    this.#values.push(value);
    if (this.#values.length > POINTS) this.#values.shift();
  }

  /** Draws in the colour of the surrounding text. */
  draw() {
    const canvas = this.#canvas;
    const { clientWidth, clientHeight } = canvas;
    canvas.width = clientWidth * devicePixelRatio;
    canvas.height = clientHeight * devicePixelRatio;
    const context = canvas.getContext('2d');
    context.scale(devicePixelRatio, devicePixelRatio);
    context.strokeStyle = getComputedStyle(canvas).color;
    context.lineWidth = 1.5;
    const least = Math.min(...this.#values);
    const span = Math.max(...this.#values) - least || 1;
    context.beginPath();
    const step = clientWidth / (POINTS - 1);
    this.#values.forEach((value, index) => {
      const x = clientWidth - (this.#values.length - 1 - index) * step;
      const y = 2 + (1 - (value - least) / span) * (clientHeight - 4);
      context.lineTo(x, y);
    });
    context.stroke();
  }
}
