extension ReportPage {
  /// The rules for everything except the drawings.
  static let styleSheet = """
    :root{color-scheme:light dark;--paper:#fff;--ink:#1f2328;--muted:#5c6670;--rule:#dfe3e8;\
    --wash:#f5f6f8;--link:#0b5fa5;--real:#0072b2;--fake:#c65102;--good:#00795c;--doubtful:#8a6100;\
    --bad:#b3261e}
    @media (prefers-color-scheme:dark){:root{--paper:#15191e;--ink:#e8e6e3;--muted:#a3acb5;\
    --rule:#343b43;--wash:#1d232a;--link:#7cc0f5;--real:#56b4e9;--fake:#f0953c;--good:#2fc79c;\
    --doubtful:#e0b53c;--bad:#c9342b}}
    *{box-sizing:border-box}
    html{-webkit-text-size-adjust:100%}
    body{margin:0 auto;max-width:70rem;padding:2.5rem 1.25rem 4rem;background:var(--paper);\
    color:var(--ink);font:1rem/1.6 \(PlotStyle.fonts);overflow-wrap:break-word}
    header,footer,nav,p,dl,.verdict{max-width:46rem}
    h1{font-size:2rem;line-height:1.2;margin:0;font-weight:650;letter-spacing:-.01em}
    h2{font-size:1.4rem;line-height:1.3;margin:0 0 1rem;font-weight:650}
    h3{font-size:1rem;line-height:1.4;margin:0 0 .5rem;font-weight:600}
    section{margin:3.5rem 0 0}
    a{color:var(--link)}
    a.term{color:inherit;text-decoration:underline dotted var(--muted);text-underline-offset:.2em}
    .subtitle,footer{color:var(--muted);margin:.5rem 0 0}
    footer{margin-top:4rem;border-top:1px solid var(--rule);font-size:.875rem}
    .verdict{margin:2rem 0 0;padding:1rem 1.25rem;border:1px solid var(--rule);\
    border-left:.5rem solid var(--good);border-radius:.25rem;background:var(--wash)}
    .verdict p{margin:.25rem 0 0}
    .verdict .result{margin:0;font-size:1.35rem;line-height:1.3;font-weight:650;color:var(--good)}
    .verdict .sign{display:inline-block;min-width:1.6rem}
    .verdict.doubtful{border-left-color:var(--doubtful)}
    .verdict.doubtful .result{color:var(--doubtful)}
    .verdict.bad{border-color:var(--bad);background:var(--bad);color:#fff}
    .verdict.bad .result,.verdict.bad a{color:#fff}
    .numbers{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));\
    gap:1.25rem 1.5rem;margin:2rem 0 0;max-width:none}
    .numbers div{border-top:2px solid var(--rule);padding-top:.5rem}
    .numbers dt{color:var(--muted);font-size:.875rem;line-height:1.4}
    .numbers dd{margin:0}
    .numbers strong{display:block;font-size:1.75rem;line-height:1.3;font-weight:600;\
    font-variant-numeric:tabular-nums}
    .numbers span{display:block;color:var(--muted);font-size:.8125rem;line-height:1.4;\
    font-variant-numeric:tabular-nums}
    nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:2rem 0 0;\
    padding:.75rem 0;border:solid var(--rule);border-width:1px 0;font-size:.9375rem}
    .note{border-left:.25rem solid var(--doubtful);padding:.25rem 0 .25rem 1rem}
    .scroll{overflow-x:auto;margin:1rem 0}
    table{border-collapse:collapse;font-size:.9375rem;line-height:1.45;\
    font-variant-numeric:tabular-nums}
    caption{text-align:left;color:var(--muted);padding-bottom:.5rem}
    th,td{padding:.4rem 1.25rem .4rem 0;text-align:left;vertical-align:top;font-weight:400;\
    border-bottom:1px solid var(--rule)}
    thead th{color:var(--muted);font-size:.875rem;border-bottom-color:var(--muted)}
    td small{display:block;color:var(--muted);font-size:.8125rem}
    .figures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));\
    gap:2.5rem 2rem;margin:1.5rem 0}
    .figures.of4{grid-template-columns:repeat(auto-fill,minmax(min(100%,25rem),1fr));max-width:58rem}
    figure{margin:0;min-width:0;break-inside:avoid}
    .figures figure{max-width:30rem}
    figcaption{color:var(--muted);font-size:.875rem;line-height:1.5;margin-top:.5rem}
    .pictures{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));\
    gap:1.75rem 1.5rem;margin:1.5rem 0}
    .pictures:has(.of1){grid-template-columns:repeat(auto-fill,minmax(8.5rem,1fr))}
    .row{display:flex;gap:.25rem}
    .row img{flex:1 1 0;min-width:0;width:100%;height:auto;border-radius:.125rem}
    .real{color:var(--real)}.fake{color:var(--fake)}
    b.real,b.fake{font-weight:600}
    .key{display:inline-block;width:6rem;height:.75rem;vertical-align:-.0625rem;\
    border-radius:.125rem;background:linear-gradient(90deg,#0068a3,#60a6d8,#f1f1f1,#eb9a55,#b44e00)}
    details{border-top:1px solid var(--rule);padding:.5rem 0}
    details:last-of-type{border-bottom:1px solid var(--rule)}
    summary{cursor:pointer;padding:.25rem 0}
    pre.code{background:var(--wash);border-radius:.25rem;padding:.75rem 1rem;overflow-x:auto;\
    font-size:.8125rem;line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere}
    code{font-family:ui-monospace,'SFMono-Regular',Menlo,Consolas,monospace}
    .definition{margin:0 0 1rem}
    .definition dt{font-weight:600}
    .definition dd{margin:0}
    .definition:target,section :target{background:var(--wash);outline:.5rem solid var(--wash)}
    .back{white-space:nowrap;font-size:.875rem}
    @media (max-width:30rem){body{padding:1.5rem 1rem 3rem}h1{font-size:1.6rem}\
    .numbers{grid-template-columns:repeat(2,1fr)}th,td{padding-right:.7rem}\
    th:last-child,td:last-child{padding-right:0}table{font-size:.875rem}\
    thead th{font-size:.8125rem}}
    @page{margin:15mm}
    @media print{:root{color-scheme:light;--paper:#fff;--ink:#1f2328;--muted:#5c6670;\
    --rule:#dfe3e8;--wash:#f5f6f8;--link:#1f2328;--real:#0072b2;--fake:#c65102;--good:#00795c;\
    --doubtful:#8a6100;--bad:#b3261e}\
    body{padding:0;max-width:none;font-size:.875rem}nav{display:none}section{margin-top:2rem}\
    h2,h3,caption{break-after:avoid}.verdict,tr,.definition{break-inside:avoid}\
    .verdict,.row img,.key{print-color-adjust:exact;-webkit-print-color-adjust:exact}\
    .scroll{overflow:visible}.figures{grid-template-columns:1fr 1fr}}

    """
}
