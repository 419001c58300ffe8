// The texts of one language. Every language is one catalogue file; questions it does not have are asked as the
// instrument writes them, in that language or else in Indonesian.

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
    const sentence = this.catalogue.words[name] || name;
    return sentence.replace(/\{(\w+)\}/g, (all, place) => (values && place in values ? String(values[place]) : all));
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
