// Questions read aloud where the device has a voice of the language; nothing of it leaves the device.

// Hardly a device has a voice of these languages; the Indonesian one says their words as they are written.
const STAND_IN = { jv: "id", su: "id" };

export function hasVoice(language) {
  return "speechSynthesis" in window && voiceOf(language) !== null;
}

export function speak(text, language) {
  hush();
  const voice = voiceOf(language);
  if (!voice) return;
  const said = new SpeechSynthesisUtterance(text);
  said.voice = voice;
  said.lang = voice.lang;
  speechSynthesis.speak(said);
}

export function hush() {
  if ("speechSynthesis" in window) speechSynthesis.cancel();
}

function voiceOf(language) {
  const own = speechSynthesis.getVoices().filter((each) => each.localService);
  const found = [language, STAND_IN[language]].map((wanted) => own.find((each) => speaks(each, wanted)));
  return found.find(Boolean) || null;
}

function speaks(voice, language) {
  return voice.lang.toLowerCase().replace("_", "-").split("-")[0] === language;
}
