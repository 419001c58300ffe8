// The texts of one language. Every language is one catalogue file; questions it does not have are asked as the
// instrument writes them, in that language or else in Indonesian.

// How many seconds a unit has, and from how many on it is used.
const UNITS = [["day", 86400, 129600], ["hour", 3600, 5400], ["minute", 60, 90], ["second", 1, 0]];

export class Words {
  constructor(language, catalogue) {
    this.language = language;
    this.catalogue = catalogue;
  }

  static async load(language, folder) {
    const response = await fetch(`${folder}/${language}.json`);
    if (!response.ok) throw new Error(`no catalogue ${language}`);
    return new Words(language, await response.json());
  }

  // The sentence of that name with `{places}` filled in.
  say(name, values) {
    return filled(this.catalogue.words[name] || name, values);
  }

  // So many seconds in words, rounded up to a whole unit: "30 seconds", "15 minutes".
  duration(seconds) {
    const [unit, size] = UNITS.find(([, , least]) => seconds >= least) || UNITS[UNITS.length - 1];
    const count = Math.max(0, Math.ceil(seconds / size));
    const forms = this.catalogue.durations[unit];
    return filled(count === 1 ? forms[0] : forms[forms.length - 1], { count });
  }

  // What a citizen says where a question does not apply: { text, language }, or null where the instrument has no words for it.
  none(instrument) {
    const words = instrument.not_applicable;
    if (!words) return null;
    const language = this.language in words ? this.language : "id";
    return { text: words[language], language };
  }

  // One question: its title, its words, the words of its answers from the lowest up, and the language they are in.
  question(instrument, item) {
    const own = (this.catalogue.instruments[instrument.id] || {})[item.code];
    if (own) return Object.assign({ language: this.language }, own);
    const language = this.language in item.question ? this.language : "id";
    return {
      language,
      title: item.title[language],
      question: item.question[language],
      answers: item.answers.map((answer) => answer.words[language]),
    };
  }
}

function filled(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (all, place) => (values && place in values ? String(values[place]) : all));
}
