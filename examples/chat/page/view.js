// The view of one room: its messages, the user's pending messages, and the people in it.

/** Messages kept on the page. */
const MOST = 500;

export class RoomView {
  element = document.getElementById('of-room').content.cloneNode(true).firstElementChild;
  #log = this.element.querySelector('.log');
  #waiting = this.element.querySelector('.waiting');
  #empty = this.element.querySelector('.empty');
  #messages = this.element.querySelector('.messages');
  #pending = new Map();

  /** Shows a stored message in the log, or an unsaved one at the end. */
  show(message) {
    const key = message.isMine ? message.n : message.id;
    this.drop(key);
    const isKept = message.seq !== undefined;
    this.#update(() => {
      const item = itemOf(message);
      if (isKept) this.#append(item);
      else this.#wait(key, item, 'received, not saved yet');
    });
  }

  /** Shows a message that is being sent. */
  sending(n, name, text) {
    this.#update(() =>
      this.#wait(n, itemOf({ name, text, at: Date.now(), isMine: true }), 'sending…'),
    );
    this.#messages.scrollTop = this.#messages.scrollHeight;
  }

  /** Shows the state of a pending message. With `edit`, the user can change it and send it again. */
  mark(n, text, edit) {
    const item = this.#pending.get(n);
    if (item === undefined) return;
    const state = item.querySelector('.state');
    state.textContent = text;
    item.classList.toggle('refused', edit !== undefined);
    if (edit === undefined) return;
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = 'Edit';
    button.onclick = () => {
      this.drop(n);
      edit(item.querySelector('p').textContent);
    };
    state.append(' ', button);
  }

  note(text) {
    const item = document.createElement('li');
    item.className = 'note';
    item.textContent = text;
    this.#update(() => this.#append(item));
  }

  /** The messages above stay visible after the server lost them. */
  forgotten() {
    this.note('The server lost its history. The messages above exist only in open pages.');
  }

  drop(key) {
    this.#pending.get(key)?.remove();
    this.#pending.delete(key);
    this.#updateEmpty();
  }

  present({ count, names }) {
    this.element.querySelector('aside .count').textContent = `${count} here`;
    const others = count - names.length;
    const shown = others > 0 ? [...names, `and ${others} more`] : names;
    this.element.querySelector('aside ul').replaceChildren(
      ...shown.map((name) => {
        const item = document.createElement('li');
        item.textContent = name;
        return item;
      }),
    );
  }

  #append(item) {
    this.#log.append(item);
    if (this.#log.childElementCount > MOST) this.#log.firstElementChild.remove();
  }

  #wait(key, item, text) {
    const state = document.createElement('div');
    state.className = 'state';
    state.textContent = text;
    item.append(state);
    this.#pending.set(key, item);
    this.#waiting.append(item);
  }

  /** Applies a change. A view scrolled to the end stays at the end. */
  #update(change) {
    const list = this.#messages;
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    change();
    this.#updateEmpty();
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }

  #updateEmpty() {
    const { childElementCount: shown } = this.#log;
    this.#empty.hidden = shown + this.#waiting.childElementCount > 0;
  }
}

function itemOf({ seq, name, text, at, isMine }) {
  const item = document.createElement('li');
  if (isMine) item.className = 'mine';
  if (seq !== undefined) item.dataset.seq = seq;
  const head = document.createElement('small');
  const who = document.createElement('b');
  who.textContent = name;
  const time = new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
  head.append(who, ` ${time}`);
  const body = document.createElement('p');
  body.textContent = text;
  item.append(head, body);
  return item;
}
