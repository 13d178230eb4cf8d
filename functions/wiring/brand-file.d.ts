declare module '@laurel/brand' {
  const brand: import('../../core/program/brand.ts').Brand;
  export default brand;
}
