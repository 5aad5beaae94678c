/** Stylesheets come as text, for the adapters to put into their page. */
declare module "*.css" {
  const text: string;
  export default text;
}
