// One room as it is seen: its messages, those that wait to be sent, and who is there.

/** Messages that stay in the page. */
const MOST = 500;

export class RoomView {
  element = document.getElementById('of-room').content.cloneNode(true).firstElementChild;
  #log = this.element.querySelector('.log');
  #waiting = this.element.querySelector('.waiting');
  #messages = this.element.querySelector('.messages');
  #unkept = new Map();

  /** Something kept, in its place; or held, at the end, until it is kept. */
  show(message) {
    const key = message.isMine ? message.n : message.id;
    this.drop(key);
    const isKept = message.seq !== undefined;
    this.#stay(() => {
      const item = itemOf(message);
      if (isKept) this.#append(item);
      else this.#wait(key, item, 'held here; not kept yet');
    });
  }

  /** What was just said. */
  sending(n, name, text) {
    this.#stay(() =>
      this.#wait(n, itemOf({ name, text, at: Date.now(), isMine: true }), 'sending…'),
    );
    this.#messages.scrollTop = this.#messages.scrollHeight;
  }

  /** What becomes of it, in words; with `edit`, the person can take it back and change it. */
  mark(n, words, edit) {
    const item = this.#unkept.get(n);
    if (item === undefined) return;
    const state = item.querySelector('.state');
    state.textContent = words;
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

  note(words) {
    const item = document.createElement('li');
    item.className = 'note';
    item.textContent = words;
    this.#stay(() => this.#append(item));
  }

  /** What was said before the server lost it stays to be seen. */
  forgotten() {
    this.note('The server no longer has what is above.');
  }

  drop(key) {
    this.#unkept.get(key)?.remove();
    this.#unkept.delete(key);
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

  #wait(key, item, words) {
    const state = document.createElement('div');
    state.className = 'state';
    state.textContent = words;
    item.append(state);
    this.#unkept.set(key, item);
    this.#waiting.append(item);
  }

  /** Who reads the newest message keeps reading the newest. */
  #stay(change) {
    const list = this.#messages;
    const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    change();
    if (isAtEnd) list.scrollTop = list.scrollHeight;
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
