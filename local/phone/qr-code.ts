import qrcode from 'qrcode-generator';

/** The light border that scanners need: https://www.qrcode.com/en/howto/code.html */
const QUIET = 4;

/** The QR code for a till, as a picture. */
export function qrCode(message: string): string {
  // 0: as small as the message allows. M: readable with 15 of 100 modules hidden, as Wallet's are.
  const code = qrcode(0, 'M');
  code.addData(message);
  code.make();
  const modules = code.getModuleCount();
  const rows = Array.from({ length: modules }, (_, row) => row);
  const dark = rows.flatMap((row) =>
    rows.filter((column) => code.isDark(row, column)).map((column) => `M${column + QUIET} ${row + QUIET}h1v1h-1z`),
  );
  const size = modules + 2 * QUIET;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges">` +
    `<rect width="${size}" height="${size}" fill="#fff"/><path d="${dark.join('')}" fill="#000"/></svg>`
  );
}
