"""The style sheet of reports: light and dark by the reader's own setting, and black on white in print.

Series colours have a contrast of 3 to 1 or more with the paper in both (WCAG 2.2, 1.4.11), text of 4.5 to 1 or more.
"""

LIGHT = {
    "paper": "#f7f6f2", "card": "#ffffff", "ink": "#1b2430", "soft": "#566072", "faint": "#e4e2da", "edge": "#c9c6bb",
    "good": "#11713c", "bad": "#b42318", "notice": "#fff4d6", "notice-edge": "#b7791f",
    "s0": "#667085", "s1": "#1463c4", "s2": "#c2500f", "s3": "#0b7a6b", "s4": "#8a3ab9", "s5": "#a16207",
    "s6": "#be185d", "s7": "#4d7c0f",
}  # fmt: skip
DARK = {
    "paper": "#10151b", "card": "#181f27", "ink": "#e8ecf1", "soft": "#a3adba", "faint": "#2a333d", "edge": "#465261",
    "good": "#5ad08a", "bad": "#ff8f80", "notice": "#33290f", "notice-edge": "#d9a441",
    "s0": "#9aa4b2", "s1": "#6cabff", "s2": "#ff9d63", "s3": "#4fd1bd", "s4": "#cf9bf2", "s5": "#e3b341",
    "s6": "#ff8ab8", "s7": "#a5d35b",
}  # fmt: skip

_RULES = """\
* { box-sizing: border-box }
html { color-scheme: light dark; -webkit-text-size-adjust: 100% }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif }
main, header, footer { max-width: 1020px; margin: 0 auto; padding: 0 20px }
header { padding-top: 44px }
footer { padding-top: 8px; padding-bottom: 60px; color: var(--soft); font-size: 14px }
h1 { font-size: 34px; line-height: 1.15; letter-spacing: -.02em; margin: 4px 0 10px }
h2 { font-size: 21px; line-height: 1.25; letter-spacing: -.01em; margin: 0 0 6px }
h3 { font-size: 16px; margin: 20px 0 4px }
p { margin: 8px 0; max-width: 76ch; text-wrap: pretty }
ul { margin: 8px 0; padding-left: 20px; max-width: 76ch }
li { margin: 3px 0 }
a { color: var(--s1) }
code { font: 13.5px/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere }
pre { background: var(--paper); border: 1px solid var(--faint); border-radius: 8px; padding: 10px 14px; margin: 8px 0;
  white-space: pre-wrap }
.kicker { color: var(--soft); font-size: 13px; letter-spacing: .06em; text-transform: uppercase; margin: 0 }
.lead { font-size: 18px; color: var(--soft); margin-top: 0 }
.soft { color: var(--soft) }
.small { font-size: 14px }
section { background: var(--card); border: 1px solid var(--faint); border-radius: 14px; padding: 22px 24px;
  margin: 18px 0 }
section.notice { background: var(--notice); border-color: var(--notice-edge) }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(300px, 1fr)); gap: 6px 28px; margin-top: 10px }
.pair h3 { margin: 8px 0 0; font-weight: 600; font-size: 14px; color: var(--soft) }
figure { margin: 0; min-width: 0 }
.scroll, .table { overflow-x: auto }
svg.drawing { display: block; width: 100%; height: auto }
svg.graph { width: auto; max-width: 100% }
svg text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  fill: var(--ink); font-variant-numeric: tabular-nums }
svg text.label { font-weight: 600 }
svg text.tick { font-size: 12px; fill: var(--soft) }
svg text.name { font-weight: 600; fill: var(--series) }
svg text.over { paint-order: stroke; stroke: var(--card); stroke-width: 4px; stroke-linejoin: round }
.grid { stroke: var(--faint); stroke-width: 1 }
.zero { stroke: var(--soft); stroke-width: 1.4 }
.middle { stroke: var(--ink); stroke-width: 1.4; stroke-dasharray: 4 3 }
.interval { stroke: var(--series); stroke-width: 7; stroke-linecap: round; opacity: .32 }
.interval.thin { stroke-width: 4 }
.behind { fill: var(--soft); opacity: .13 }
.whisker { stroke: var(--ink); stroke-width: 1.6 }
.mark { fill: var(--series); stroke: var(--card); stroke-width: 1.2 }
.mark.s0 { fill: var(--card); stroke: var(--series); stroke-width: 2.4 }
.bar { fill: var(--series) }
.curve { fill: none; stroke: var(--series); stroke-width: 2.2; stroke-linejoin: round; stroke-linecap: round }
.curve.s0 { stroke-dasharray: 5 4 }
.band { fill: var(--series); opacity: .16 }
.ribbon { fill: var(--series); opacity: .38 }
.ribbon:hover { opacity: .65 }
.box { fill: var(--paper); stroke: var(--edge); stroke-width: 1.2 }
.arrow { fill: none; stroke: var(--soft); stroke-width: 1.4 }
.head { fill: var(--soft) }
.legend { display: flex; flex-wrap: wrap; gap: 4px 18px; font-size: 14px }
.legend span { display: inline-flex; align-items: center; gap: 6px }
.legend svg { width: 16px; height: 16px; flex: none }
table { border-collapse: collapse; width: 100%; margin-top: 12px; font-size: 14.5px;
  font-variant-numeric: tabular-nums }
caption { text-align: left; color: var(--soft); padding-bottom: 6px }
th, td { text-align: left; vertical-align: top; padding: 7px 12px 7px 0; border-bottom: 1px solid var(--faint) }
thead th { color: var(--soft); font-weight: 600; font-size: 13px; vertical-align: bottom;
  border-bottom-color: var(--edge) }
tbody th { font-weight: 600 }
.number { text-align: right; padding: 7px 0 7px 14px; white-space: nowrap }
thead .number { white-space: normal }
.number + td:not(.number), .number + th:not(.number) { padding-left: 16px }
tr:last-child > * { border-bottom: 0 }
.chip { font-size: 12.5px; font-weight: 600; white-space: nowrap; color: var(--soft) }
.chip.good { color: var(--good) }
.chip.bad { color: var(--bad) }
.big { display: block; font-size: 20px; font-weight: 650; letter-spacing: -.01em; white-space: nowrap }
.big.good { color: var(--good) }
.big.bad { color: var(--bad) }
.ends { display: block; color: var(--soft); font-size: 13px; white-space: nowrap }
@media (max-width: 620px) {
  main, header, footer { padding: 0 12px }
  header { padding-top: 24px }
  h1 { font-size: 27px }
  section { padding: 16px 14px }
  .scroll > svg { min-width: 560px }
}
@media print {
  @page { margin: 14mm }
  body { font-size: 10pt; background: #fff }
  header, main, footer { padding: 0; max-width: none }
  .scroll, .table { overflow: visible }
  table { font-size: 8.5pt; break-inside: avoid }
  section.long table { break-inside: auto }
  th, td, .number { padding: 4px 6px 4px 0; white-space: normal }
  .number { padding: 4px 0 4px 8px }
  .big { font-size: 12pt }
  .ends, .chip { font-size: 8pt; white-space: normal }
  section { border: 0; padding: 6px 0; margin: 8px 0; border-top: 1px solid var(--edge); border-radius: 0 }
  section.notice { border: 1px solid var(--notice-edge); padding: 10px 14px; border-radius: 8px }
  figure, tr, h2, h3 { break-inside: avoid }
  h2, h3, h2 + p { break-after: avoid }
  thead th { font-size: 8pt }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact }
}
"""


def style() -> str:
    """Return the style sheet."""
    series = "\n".join(f".s{number} {{ --series: var(--s{number}) }}" for number in range(8))
    dark = f"@media screen and (prefers-color-scheme: dark) {{ {_root(DARK)} }}"
    return f"{_root(LIGHT)}\n{dark}\n{series}\n{_RULES}"


def _root(colours: dict[str, str]) -> str:
    return ":root { " + "; ".join(f"--{name}: {colour}" for name, colour in colours.items()) + " }"
