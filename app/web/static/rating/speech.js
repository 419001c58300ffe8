// Questions read aloud where the device has a voice of the language; nothing of it leaves the device.

export function hasVoice(language) {
  return "speechSynthesis" in window && speechSynthesis.getVoices().some((voice) => voice.localService && speaks(voice, language));
}

export function speak(text, language) {
  hush();
  const voice = speechSynthesis.getVoices().find((each) => each.localService && speaks(each, language));
  if (!voice) return;
  const said = new SpeechSynthesisUtterance(text);
  said.voice = voice;
  said.lang = voice.lang;
  speechSynthesis.speak(said);
}

export function hush() {
  if ("speechSynthesis" in window) speechSynthesis.cancel();
}

function speaks(voice, language) {
  return voice.lang.toLowerCase().replace("_", "-").split("-")[0] === language;
}
