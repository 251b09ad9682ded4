// What the workbench makes is fetched with the token, which a plain link could not bring, and then handed on.

// Opens it as a page of its own.
export function openPage(blob) {
  const link = URL.createObjectURL(blob);
  const page = window.open(link, "_blank");
  setTimeout(() => URL.revokeObjectURL(link), 60000);
  if (!page) throw new Error("the browser keeps new windows from opening");
  page.opener = null;
}

// Saves the body of a response under the name that it brings.
export async function saveFile(response, otherwise) {
  const link = document.createElement("a");
  const named = /filename="([^"]+)"/.exec(response.headers.get("Content-Disposition") ?? "");
  link.href = URL.createObjectURL(await response.blob());
  link.download = named?.[1] ?? otherwise;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}
