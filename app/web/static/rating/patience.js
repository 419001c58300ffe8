// What a promise comes to, or a refusal when it takes too long: some browsers' storage never answers.
export function within(milliseconds, promise) {
  let timer = null;
  const late = new Promise((resolve, reject) => { timer = setTimeout(() => reject(new Error("it took too long")), milliseconds); });
  return Promise.race([promise, late]).then(
    (value) => { clearTimeout(timer); return value; },
    (error) => { clearTimeout(timer); throw error; },
  );
}
