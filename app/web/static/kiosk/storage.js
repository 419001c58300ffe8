// Whether the browser promises to keep what is stored here, and how much room is left.

const LITTLE = 20 * 1024 * 1024;

export async function storageState(wants) {
  if (!navigator.storage) return { persisted: null, free: null };
  const persisted = wants ? await navigator.storage.persist() : await navigator.storage.persisted();
  const { quota, usage } = await navigator.storage.estimate();
  return { persisted, free: quota - usage };
}

export function isNearlyFull({ free }) {
  return free !== null && free < LITTLE;
}
