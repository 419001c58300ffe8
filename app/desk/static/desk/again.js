// Looks again every two seconds whether a workbook is read, and shows the page anew once it is. Without this somebody
// follows the link on the page.
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
for (let tries = 0; tries < 300; tries += 1) {
  await pause(2_000);
  try {
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    // The page of a workbook that is still being read is the only one with this script.
    if (response.redirected || !(await response.text()).includes("/desk/again.js")) {
      location.reload();
      break;
    }
  } catch {
    // The network is away for a moment.
  }
}
