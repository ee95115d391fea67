/** The look of the borrower's pages. Colours are chosen so that every pair used holds WCAG AA. */
module.exports = {
  content: ["./templates/**/*.html", "./static/js/kadai.js", "./*/forms.py", "./lending/*/forms.py", "./core/web.py"],
  theme: {
    screens: { md: "768px", xl: "1280px" },
    fontFamily: {
      sans: [
        "-apple-system", "BlinkMacSystemFont", "PingFang SC", "HarmonyOS Sans SC", "MiSans",
        "Segoe UI", "Roboto", "Noto Sans SC", "Noto Sans CJK SC", "Microsoft YaHei", "sans-serif",
      ],
      number: [
        "DIN Alternate", "Roboto", "Bahnschrift", "Helvetica Neue", "PingFang SC", "Noto Sans CJK SC",
        "Microsoft YaHei", "sans-serif",
      ],
    },
    colors: {
      transparent: "transparent",
      current: "currentColor",
      white: "#ffffff",
      page: "#f2f5f3",
      ink: "#14201b",
      muted: "#56645d",
      line: "#dce4df",
      edge: "#7d8c84",
      jade: { 50: "#eaf5f1", 100: "#d2ebe2", 300: "#8fcdb8", 600: "#0d7a63", 700: "#0a6552", 800: "#084f41", 900: "#063c31" },
      amber: { 50: "#fff6e3", 200: "#f6dca3", 700: "#7d4e00" },
      brick: { 50: "#fdeeec", 200: "#f3c4be", 700: "#a8231b", 800: "#861a14" },
      sky: { 50: "#eaf2fb", 200: "#c0d8f0", 700: "#1b5087" },
    },
    extend: {
      spacing: { 13: "3.25rem", 18: "4.5rem" },
      maxWidth: { phone: "30rem", tablet: "45rem", desk: "70rem" },
    },
  },
  corePlugins: { container: false },
};
