namespace Croft.Reports;

/// <summary>The page's look and its one bit of behaviour. No font, image or script comes from elsewhere.</summary>
static class HtmlStyle
{
    /// <summary>Opens what a link into a closed part points to.</summary>
    internal const string Script =
        "const show=()=>{const e=document.getElementById(location.hash.slice(1));if(!e)return;"
        + "for(let d=e;d;d=d.parentElement)if(d.localName==='details')d.open=true;e.scrollIntoView()};"
        + "addEventListener('hashchange',show);show()";

    internal const string Css = """
        :root{--paper:#fff;--wash:#f6f7f9;--ink:#1c2128;--soft:#5b6570;--line:#dfe3e8;--link:#1d5fa8;
        --passed:#21713f;--passed-bg:#e7f3eb;--cached:#17687e;--cached-bg:#e4f1f5;--failed:#b3231b;--failed-bg:#fcebe9;
        --error:#83318f;--error-bg:#f6eaf8;--cancelled:#855a00;--cancelled-bg:#faf1dc;--skipped:#5b6570;--skipped-bg:#eef0f3;
        --startup:#aeb8c4;--layer:#86bfb2;--prepare:#8db8e2;--main:#2c66ad;--other:#c4b8dc;--end:#cfd5dc;--on-light:#1c2128;--on-dark:#fff;
        --sans:system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
        --mono:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
        @media (prefers-color-scheme:dark){:root{--paper:#15181c;--wash:#1c2025;--ink:#e3e7eb;--soft:#9aa4af;--line:#2e343b;--link:#84b8f0;
        --passed:#74c690;--passed-bg:#17291e;--cached:#72c2d6;--cached-bg:#15292f;--failed:#ff9088;--failed-bg:#3b1c1a;
        --error:#dba5e6;--error-bg:#311d37;--cancelled:#e2b864;--cancelled-bg:#312710;--skipped:#9aa4af;--skipped-bg:#242a30;
        --startup:#56616d;--layer:#3f7f73;--prepare:#47739f;--main:#7db2ef;--other:#6d6188;--end:#414a54;--on-light:#e3e7eb;--on-dark:#10151b}}
        *{box-sizing:border-box}
        html{scroll-padding-top:1rem;-webkit-text-size-adjust:100%}
        body{margin:0 auto;max-width:72rem;padding:2.5rem 1.5rem 4rem;background:var(--paper);color:var(--ink);font:16px/1.5 var(--sans)}
        a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
        :focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:3px}
        h1{margin:.1rem 0 .2rem;font-size:2.1rem;line-height:1.15;letter-spacing:-.02em;font-weight:650;overflow-wrap:anywhere}
        h2{margin:3rem 0 .9rem;font-size:1.15rem;font-weight:650;letter-spacing:-.005em}
        h3{margin:1.3rem 0 .4rem;font-size:.8rem;font-weight:600;color:var(--soft)}
        p{margin:.4rem 0}ul,ol{margin:0;padding:0;list-style:none}
        .soft,.eyebrow{color:var(--soft)}.eyebrow{margin:0;font-size:.85rem}.eyebrow span{font-variant-numeric:tabular-nums}
        .passed{--c:var(--passed);--b:var(--passed-bg)}.cached{--c:var(--cached);--b:var(--cached-bg)}.failed{--c:var(--failed);--b:var(--failed-bg)}
        .error{--c:var(--error);--b:var(--error-bg)}.cancelled{--c:var(--cancelled);--b:var(--cancelled-bg)}.skipped{--c:var(--skipped);--b:var(--skipped-bg)}
        .verdict{display:flex;gap:.55rem;align-items:baseline;margin:0;color:var(--c);font-size:1.2rem;font-weight:600}
        .why{max-width:60rem;white-space:pre-line;overflow-wrap:anywhere}
        .facts{display:flex;flex-wrap:wrap;gap:.9rem 2.6rem;margin:1.6rem 0 0;padding:1rem 0;border:solid var(--line);border-width:1px 0}
        .facts dt{font-size:.8rem;color:var(--soft)}.facts dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
        .chip{display:inline-flex;align-items:baseline;gap:.35em;padding:.05rem .5rem;border-radius:4px;background:var(--b);color:var(--c);
        font-size:.85rem;font-weight:600;white-space:nowrap;font-variant-numeric:tabular-nums}
        .mark{font-weight:700}
        .scroll{overflow-x:auto;margin:0 -1.5rem;padding:0 1.5rem}
        .matrix{border-collapse:separate;border-spacing:0;min-width:min(100%,34rem)}
        .matrix th{padding:.3rem 1.4rem .3rem 0;text-align:left;font-weight:600;font-size:.9rem;white-space:nowrap}
        .matrix thead th{color:var(--soft);font-weight:500;padding:0 .4rem .4rem}
        .matrix td{padding:2px;vertical-align:top;min-width:8.5rem}.matrix tbody th{vertical-align:top;padding-top:.5rem}
        .matrix td a{display:flex;gap:.45rem;align-items:baseline;padding:.4rem .65rem;border-radius:4px;background:var(--b);color:var(--c);font-size:.9rem}
        .matrix td a+a{margin-top:2px}.matrix td a:hover{text-decoration:none;box-shadow:inset 0 0 0 1px var(--c)}
        .matrix b{font-weight:600}.matrix small{margin-left:auto;padding-left:.8rem;font-size:.8rem;font-variant-numeric:tabular-nums;white-space:nowrap}
        .matrix i{font-style:normal;padding-left:.3em;color:var(--ink);overflow-wrap:anywhere}.matrix .none{padding:.4rem .65rem;color:var(--soft)}
        .axis,.row{display:grid;grid-template-columns:11.5rem 1fr;gap:.8rem;align-items:center}
        .axis div{position:relative;height:1.5rem;grid-column:2;font-size:.78rem;color:var(--soft);font-variant-numeric:tabular-nums}
        .axis span{position:absolute;transform:translateX(-50%);white-space:nowrap}.axis span:first-child{transform:none}
        .row>a{font-size:.88rem;color:inherit;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
        .row .mark{color:var(--c)}
        .track{position:relative;height:1.75rem;border-bottom:1px solid var(--line);
        background:repeating-linear-gradient(to right,var(--line) 0 1px,transparent 1px var(--tick))}
        .bar{position:absolute;top:.25rem;bottom:.25rem;min-width:3px;border-radius:2px;display:flex;flex-wrap:wrap;overflow:hidden;background:var(--other);
        color:var(--on-light);font-size:.74rem;line-height:1.2rem;white-space:nowrap;box-shadow:0 0 0 1px var(--paper)}
        .bar:hover{text-decoration:none;filter:brightness(1.08);z-index:1}
        /* A name that does not fit wraps to a second line, which is cut off. */
        .bar::before{content:"";width:.35rem;height:100%}.bar span{padding-right:.35rem}
        .bar.startup{background:var(--startup)}.bar.layer{background:var(--layer)}.bar.prepare{background:var(--prepare)}.bar.end{background:var(--end)}
        .bar.main{background:var(--main);color:var(--on-dark)}
        .bar.failed,.bar.error,.bar.cancelled{background:var(--c);color:var(--paper)}
        .bar.cached{background:repeating-linear-gradient(135deg,var(--layer) 0 3px,var(--cached-bg) 3px 6px);box-shadow:inset 0 0 0 1px var(--layer)}
        .legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin-top:.8rem;font-size:.82rem;color:var(--soft)}
        .legend li{display:flex;align-items:center;gap:.4rem}.legend .bar{position:static;width:1.3rem;height:.8rem;padding:0}
        .machine{border-top:1px solid var(--line)}.machine:last-child{border-bottom:1px solid var(--line)}
        summary{cursor:pointer}.machine>summary{display:grid;grid-template-columns:7rem minmax(9rem,1.1fr) 2fr auto;gap:.2rem 1rem;
        align-items:baseline;padding:.7rem .3rem;list-style:none}.machine>summary::-webkit-details-marker{display:none}
        .machine>summary:hover{background:var(--wash)}.machine>summary .soft{font-size:.88rem;overflow-wrap:anywhere}
        .machine>summary b{font-weight:600;overflow-wrap:anywhere}.machine>summary .time{text-align:right}.machine>summary .chip{justify-self:start}
        .time{font-variant-numeric:tabular-nums;font-size:.88rem;color:var(--soft);white-space:nowrap}
        .machine>summary .why{grid-column:2/-1;color:var(--c);font-size:.92rem}
        .inside{padding:.2rem 0 1.6rem 8.3rem}.inside h3:first-child{margin-top:0}
        .step+.step{border-top:1px solid var(--line)}
        .step>div,.step summary{display:grid;grid-template-columns:10rem 6.5rem 4.5rem 1fr auto;gap:.1rem .8rem;align-items:baseline;padding:.35rem .3rem;
        margin:0 -.3rem;font-size:.92rem;list-style:none}.step summary::-webkit-details-marker{display:none}.step summary:hover{background:var(--wash)}
        .step .why{color:var(--soft);font-size:.88rem}.step .chip.passed,.step .chip.cached,.step .chip.skipped{padding:0;background:none;font-weight:500}
        .open{font-size:.85rem;color:var(--link);white-space:nowrap}.open::before{content:"▸ "}[open]>summary .open::before{content:"▾ "}
        .more summary{font-size:.88rem;color:var(--link);width:fit-content}
        .log{display:flex;flex-direction:column-reverse;max-height:30rem;overflow:auto;margin:.4rem 0 .8rem;border:1px solid var(--line);border-radius:5px;background:var(--wash)}
        pre{margin:0;padding:.7rem .9rem;font:.8rem/1.5 var(--mono);white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4}
        .cut{margin:.2rem 0 0;font-size:.82rem;color:var(--soft)}
        .files{columns:2;column-gap:2rem;font-size:.88rem}.files li{break-inside:avoid;overflow-wrap:anywhere}
        .tasks{margin:.4rem 0}.tasks .time{text-align:right}.tasks li{display:grid;grid-template-columns:4rem 1fr;gap:.8rem;font-size:.88rem;overflow-wrap:anywhere}
        .notes li{display:grid;grid-template-columns:5rem 1fr;gap:.8rem;font-size:.88rem;overflow-wrap:anywhere}
        .tests li{padding:.2rem 0;font-size:.9rem;overflow-wrap:anywhere}.tests .why{color:var(--soft)}
        :target>summary{background:var(--wash)}li:target{background:var(--wash);box-shadow:-.6rem 0 0 var(--wash),.6rem 0 0 var(--wash)}
        footer{margin-top:3rem;font-size:.85rem;color:var(--soft)}
        @media (max-width:44rem){body{padding:1.4rem 1rem 3rem}h1{font-size:1.75rem}h2{margin-top:2.3rem}.scroll{margin:0 -1rem;padding:0}
        .facts{display:grid;grid-template-columns:1fr 1fr;gap:.8rem 1.2rem}.matrix td{min-width:0}.matrix th,.matrix thead th{padding-right:.6rem;font-size:.84rem}
        .matrix th:first-child{position:sticky;left:0;padding-left:1rem;background:var(--paper);z-index:1}.matrix i{display:block;padding:0;font-size:.8rem;max-width:7rem}.matrix small{display:none}.matrix td a{padding:.35rem .5rem;font-size:.84rem}
        .axis,.row{grid-template-columns:1fr;gap:0}.axis div{grid-column:1}.row{padding-top:.35rem}.row>a{font-size:.82rem}
        .machine>summary{grid-template-columns:1fr auto}.machine>summary .chip{justify-self:start;order:1}.machine>summary .time{order:2}
        .machine>summary b,.machine>summary .soft,.machine>summary .why{order:3;grid-column:1/-1}.inside{padding-left:0}
        .step>div,.step summary{grid-template-columns:1fr auto 4rem}.step .time{text-align:right}.step .why{grid-column:1/3}.step .why:empty{display:none}.open{order:5;grid-column:1/-1}.files{columns:1}}
        @media print{body{max-width:none;padding:0}.log{max-height:none}.bar,.chip,.matrix td a{print-color-adjust:exact}}
        """;
}
