// A file as it lies in the one-file page (deflated, base64) and as it was.

/** The file as a response, which streams: WebAssembly is compiled while it is still being unpacked. */
export function unpacked(text, type) {
  const bytes = Uint8Array.fromBase64?.(text) ?? Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream, { headers: { "content-type": type } });
}
