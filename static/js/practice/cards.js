"use strict";
// The cards: what the builder wrote of them, and what this browser keeps of the reader's grades.

/** @typedef {{ id: string, kind: "pitfall" | "question", stage: number, title: string, url: string, topic: string }} Card */
/** @typedef {{ number: string, title: string, file: string }} CardStage */

/** Numbers of a card that the scheduler knows; behind them stand when it was first graded, and how often. */
const CARD_NUMBERS = 6;

const deck = {
  /** @type {Card[]} in reading order */
  cards: [],
  /** @type {CardStage[]} */
  stages: [],
  /** @type {Map<string, Promise<Record<string, string>>>} */
  bodies: new Map(),
  folder: "",
  /** @type {Record<string, string>} old ids and what they are now */
  moved: {},

  /**
   * @param {DOMStringMap} paths
   * @returns {Promise<void>}
   */
  async load({ glue = "", wasm = "", cards = "" }) {
    const script = typeof wasm_practice === "undefined" ? runScript(glue) : null;
    const [module, list] = await Promise.all([readFile(wasm), readFile(cards, "no-cache"), script]);
    await wasm_practice({ module_or_path: module });
    const read = JSON.parse(new TextDecoder().decode(list));
    deck.cards = read.cards;
    deck.stages = read.stages;
    deck.folder = cards.replace(/[^/]*$/, "");
    deck.moved = read.moved;
    deck.sort();
  },

  /**
   * The answer of a card.
   * @param {Card} card
   * @returns {Promise<string>}
   */
  async body(card) {
    const file = deck.stages[card.stage]?.file ?? "";
    const read = async () => JSON.parse(new TextDecoder().decode(await readFile(deck.folder + file)));
    const bodies = deck.bodies.get(file) ?? read();
    deck.bodies.set(file, bodies);
    try {
      return (await bodies)[card.id] ?? "";
    } catch (error) {
      // The next look tries again.
      deck.bodies.delete(file);
      throw error;
    }
  },

  /**
   * What is kept of a card; none of one that was never graded.
   * @param {string} id
   * @returns {number[] | null}
   */
  numbers(id) {
    const numbers = progress.json(`card:${id}`);
    return deck.valid(numbers) ? numbers : null;
  },

  /**
   * @param {any} numbers
   * @returns {boolean}
   */
  valid(numbers) {
    if (!Array.isArray(numbers) || numbers.length < CARD_NUMBERS || !numbers.every(Number.isFinite)) return false;
    const [phase, , stability, , , last] = numbers;
    return phase >= 1 && phase <= 3 && stability > 0 && last > 0;
  },

  /**
   * The scheduler's numbers of cards, one behind the other; a new card is zeros.
   * @param {Card[]} cards
   */
  flat(cards) {
    const none = Array(CARD_NUMBERS).fill(0);
    return Float64Array.from(cards.flatMap(({ id }) => (deck.numbers(id) ?? none).slice(0, CARD_NUMBERS)));
  },

  /** Puts what is kept in order: ids that moved, cards that the book no longer has, and what can't be read. */
  sort() {
    const { moved } = deck;
    const known = new Set(deck.cards.map(({ id }) => id));
    const rename = (/** @type {string} */ from, /** @type {string} */ to) => {
      progress.set(to, progress.get(from));
      progress.set(from, null);
    };
    for (const id of progress.keys("card:")) {
      const now = moved[id] ?? id;
      if (!deck.numbers(id)) rename(`card:${id}`, `broken:card:${id}`);
      else if (!known.has(now)) rename(`card:${id}`, `gone:${id}`);
      else if (now !== id && !deck.numbers(now)) rename(`card:${id}`, `card:${now}`);
      else if (now !== id) rename(`card:${id}`, `gone:${id}`);
    }
    for (const id of progress.keys("gone:")) {
      const now = moved[id] ?? id;
      if (known.has(now) && progress.get(`card:${now}`) === null) rename(`gone:${id}`, `card:${now}`);
    }
  },

  /**
   * How many of the cards were seen for the first time today, by this machine's clock.
   * @returns {number}
   */
  begunToday() {
    const midnight = new Date().setHours(0, 0, 0, 0);
    return deck.cards.filter(({ id }) => (deck.numbers(id)?.[CARD_NUMBERS] ?? 0) >= midnight).length;
  },
};

/**
 * A card as it stands on the page: its question, and room for the answer.
 * @param {Card} card
 * @param {(answer: HTMLElement) => void} shown called when the answer is there
 */
function cardView(card, shown) {
  const stage = deck.stages[card.stage];
  const name = card.kind === "pitfall" ? "Pitfall" : "Question";
  const title = make("h2", { tabindex: "-1" });
  // The builder's own markup, from this site.
  title.innerHTML = card.title;
  const answer = make("div", { class: "card-answer", tabindex: "-1", hidden: true });
  const button = make("button", { class: "button button-first card-show", type: "button" }, "Show the answer ", make("kbd", {}, "space"));
  const place = make("p", { class: "card-place" }, make("span", { class: `kind kind-${card.kind}` }, icon(card.kind), name), ` ${stage?.number} ${stage?.title} › ${card.topic}`);
  const element = make("article", { class: `card card-${card.kind}` }, place, title);
  if (card.kind === "pitfall") element.append(make("p", { class: "card-ask" }, "What goes wrong, why, and what helps?"));
  element.append(button, answer);
  let asked = false;
  const reveal = async () => {
    if (asked) return;
    asked = true;
    try {
      answer.innerHTML = await deck.body(card);
      oneFile?.relink(answer);
    } catch {
      asked = false;
      announce("The answer could not be loaded.");
      button.replaceChildren("The answer could not be loaded. Try again");
      return;
    }
    const root = document.documentElement.dataset.root ?? "";
    answer.append(make("p", { class: "card-link" }, make("a", { href: root + card.url }, "Read it in its place")));
    answer.hidden = false;
    button.remove();
    answer.focus({ preventScroll: true });
    shown(answer);
  };
  button.addEventListener("click", reveal);
  return { element, title, reveal };
}
