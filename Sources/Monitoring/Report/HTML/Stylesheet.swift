/// The look of Steward's reports. One accent; good, warning, bad and unknown are the only other colours.
enum Stylesheet {
    static let parts: [StaticString] = [tokens, layout, tables, columns, charts, printing]

    private static let tokens: StaticString = """
        :root{color-scheme:light dark;--bg:#fff;--panel:#f7f8fa;--line:#e4e7eb;--text:#16191d;--text2:#4d5561;
        --text3:#69717d;--accent:#3451d1;--ref:#7b8491;--reffill:#aab1bb;--bad:#b91c28;--warning:#8a5200;--good:#18713f;
        --unknown:#5b4bb0;--badbg:#fdeeee;--warningbg:#fdf3e2;--goodbg:#eaf6ee;--unknownbg:#f0eefb;--neutralbg:#eff1f4}
        @media (prefers-color-scheme:dark){:root{--bg:#0f1114;--panel:#171a1f;--line:#2a2f37;--text:#e8eaed;
        --text2:#b0b7c1;--text3:#8f97a3;--accent:#8fa5ff;--ref:#8d96a3;--reffill:#5d6571;--bad:#ff8a85;
        --warning:#e5b356;--good:#6fcf97;--unknown:#b3a6f7;--badbg:#371b1d;--warningbg:#33270f;
        --goodbg:#14291d;--unknownbg:#241f3d;
        --neutralbg:#22262d}}

        """

    private static let layout: StaticString = """
        *{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%}
        body{margin:0;background:var(--bg);color:var(--text);font:14.5px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
        "Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums}
        main,footer{max-width:1248px;margin:0 auto;padding:0 32px}
        h1{font-size:26px;line-height:1.25;font-weight:650;letter-spacing:-.015em;margin:0 0 8px;text-wrap:balance}
        h2{font-size:17px;line-height:1.4;font-weight:620;margin:0 0 8px}
        h3,h4{font-size:inherit;font-weight:620;margin:0}
        p{margin:0 0 8px;max-width:76ch}
        a{color:var(--accent);text-decoration:none}
        a:hover{text-decoration:underline}
        :focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:4px}
        code{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
        bdi{overflow-wrap:anywhere}
        section{margin:48px 0 0}
        .top{padding:40px 0 0}
        .kicker,.quiet{color:var(--text3)}
        .kicker{margin:0 0 8px}
        .lead{color:var(--text2);margin:0 0 16px;max-width:90ch}
        .lead b{color:var(--text);font-weight:600}
        .tally{display:flex;flex-wrap:wrap;gap:8px;list-style:none;margin:0 0 24px;padding:0}
        .facts{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:16px 32px;margin:0;padding:16px 0;
        border-top:1px solid var(--line);border-bottom:1px solid var(--line)}
        .facts dt{color:var(--text3)}
        .facts dd{margin:0;overflow-wrap:anywhere}
        .facts .quiet{display:block}
        nav{display:flex;flex-wrap:wrap;gap:8px 24px;margin:16px 0 0}
        .badge{display:inline-flex;align-items:center;gap:6px;white-space:nowrap;padding:1px 9px 1px 7px;
        border-radius:99px;background:var(--tone-bg);color:var(--tone);font-weight:560}
        .badge svg{width:12px;height:12px;flex:none}
        button.badge{font:inherit;font-weight:560;border:1px solid transparent;cursor:pointer;padding:1px 10px 1px 8px}
        button.badge[aria-pressed=false]{background:none;border-color:var(--line);color:var(--text3)}
        .t-drifted,.t-failed{--tone:var(--bad);--tone-bg:var(--badbg)}
        .t-smallShift,.t-schemaChange{--tone:var(--warning);--tone-bg:var(--warningbg)}
        .t-undecided{--tone:var(--unknown);--tone-bg:var(--unknownbg)}
        .t-stable{--tone:var(--good);--tone-bg:var(--goodbg)}
        .t-notComparable{--tone:var(--text2);--tone-bg:var(--neutralbg)}
        .notes{margin:0;padding:0 0 0 20px;color:var(--text2)}
        .notes li{margin:0 0 4px;max-width:90ch}
        footer{color:var(--text3);padding-bottom:48px}
        footer::before{content:"";display:block;border-top:1px solid var(--line);margin:64px 0 24px}
        footer p{max-width:none;overflow-wrap:anywhere}
        .explain{margin-top:16px;display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:24px 48px}
        .explain p{color:var(--text2);margin:4px 0 0}
        .skip{position:absolute;left:-9999px}
        .skip:focus{left:16px;top:16px;background:var(--bg);padding:8px 16px;z-index:2}
        .tools{display:flex;justify-content:space-between;align-items:baseline;gap:16px;flex-wrap:wrap}
        .tools input{font:inherit;color:inherit;background:var(--bg);border:1px solid var(--line);border-radius:6px;
        padding:4px 12px;width:240px;max-width:100%}
        .tools input::placeholder{color:var(--text3)}
        [hidden]{display:none!important}

        """

    private static let tables: StaticString = """
        .scroll{overflow-x:auto}
        .scroll.wide{overflow-x:visible}
        .plain tbody th{min-width:112px}
        table{border-collapse:collapse;width:100%;text-align:left}
        th{font-weight:500;color:var(--text3);vertical-align:bottom;white-space:nowrap}
        th,td{padding:6px 16px 6px 0;border-bottom:1px solid var(--line)}
        th:last-child,td:last-child{padding-right:0}
        tbody th{color:var(--text);font-weight:400;vertical-align:middle;white-space:normal}
        tbody tr:last-child>*{border-bottom-color:transparent}
        td{vertical-align:middle}
        .n{text-align:right;white-space:nowrap}
        .w{white-space:nowrap}
        .ranked td,.ranked th{padding-top:0;padding-bottom:0;height:36px}
        .ranked thead th{position:sticky;top:0;background:var(--bg);z-index:1;height:32px}
        .ranked tbody tr:hover{background:var(--panel)}
        .ranked .name{min-width:152px;max-width:264px}
        .ranked .name a{color:var(--text);font-weight:560;line-height:1.35}
        .ranked td.ax{padding-right:24px;width:236px}
        .ranked td.ax svg{display:block;height:36px}
        .ranked .why{color:var(--text2);max-width:480px}
        .ranked .t-stable .badge{background:none;font-weight:400}
        .ranked .t-stable .name a{font-weight:400}
        .sub{color:var(--text3);margin-left:8px;font-weight:400}
        th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer}
        th button:hover{color:var(--text)}
        th[aria-sort=ascending] button::after{content:" \\2191"}
        th[aria-sort=descending] button::after{content:" \\2193"}
        .key{display:flex;flex-wrap:wrap;gap:4px 24px;color:var(--text3);margin:8px 0 0;padding:0;list-style:none}
        .narrow{max-width:600px}
        .key svg{display:inline-block;width:28px;height:14px;vertical-align:-2px;margin-right:8px;overflow:visible}

        """

    private static let columns: StaticString = """
        .column{border-top:1px solid var(--line)}
        .column:last-of-type{border-bottom:1px solid var(--line)}
        .column>summary{display:grid;grid-template-columns:16px minmax(120px,220px) 136px minmax(0,1fr);gap:0 16px;
        align-items:baseline;padding:12px 0;cursor:pointer;list-style:none}
        .column>summary::-webkit-details-marker{display:none}
        .column>summary::before{content:"";width:6px;height:6px;border:solid var(--text3);border-width:0 1.5px 1.5px 0;
        transform:rotate(-45deg);align-self:center;margin-left:3px}
        .column[open]>summary::before{transform:rotate(45deg)}
        .column>summary:hover{background:var(--panel)}
        .column .story{color:var(--text2)}
        .column>summary .badge{justify-self:start}
        .body{padding:8px 0 40px 32px;scroll-margin-top:72px}
        .body:target{animation:seen 1.2s}
        @keyframes seen{from{background:var(--panel)}}
        .pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:32px 56px;align-items:start}
        .pair+.pair{margin-top:32px}
        .pair h4,.body>h4{color:var(--text);margin:0 0 8px}
        .body>h4{margin-top:32px}
        .body>h4:first-child{margin-top:0}
        .body>.scroll+.pair,.body>.quiet+.pair{margin-top:32px}
        .facts-table td,.facts-table th{padding-top:4px;padding-bottom:4px}
        .facts-table th{font-weight:400;color:var(--text3)}
        .facts-table td{color:var(--text)}
        .changed td{color:var(--accent);font-weight:560}
        .cats td,.cats th{padding-top:3px;padding-bottom:3px}
        .cats .name{max-width:200px}

        """

    private static let charts: StaticString = """
        svg{display:block}
        .chart{width:100%;max-width:520px;height:auto;overflow:visible}
        .chart text,.axis-row text{font:10.5px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;
        font-variant-numeric:tabular-nums;fill:var(--text3)}
        .axis-row{width:220px;height:28px}
        thead .axis-row{height:16px}
        .m{text-anchor:middle}.e{text-anchor:end}
        .axis-row text{font-size:11.5px}
        .chart .ink-1{fill:var(--text);font-weight:600}
        .chart .ink-2{fill:var(--text2)}
        .chart .ink-ref{fill:var(--text3);font-weight:600}
        .chart .ink-cur{fill:var(--accent);font-weight:600}
        .ref{fill:var(--reffill);fill-opacity:.38;stroke:var(--ref);stroke-width:1.1}
        .cur{fill:var(--accent);fill-opacity:.13;stroke:var(--accent);stroke-width:1.7}
        .axis,.grid,.link,.threshold,.interval{fill:none;stroke-width:1}
        .axis{stroke:var(--text3);opacity:.55}
        .grid{stroke:var(--line)}
        .link{stroke:var(--accent);stroke-width:2;opacity:.4}
        .dot-ref{fill:var(--ref)}
        .dot-cur{fill:var(--accent)}
        .noise{fill:var(--reffill);opacity:.4}
        .threshold{stroke:var(--text2);stroke-dasharray:3 3}
        .interval{stroke:var(--tone);stroke-width:2.5;stroke-linecap:round;opacity:.55}
        .point{fill:var(--tone);stroke:var(--bg);stroke-width:1.5}
        .arrow{fill:none;stroke:var(--tone);stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
        .bars{width:160px;height:20px}
        .bars.change{width:96px}
        .bar-ref{fill:var(--reffill)}
        .bar-cur,.bar-gain{fill:var(--accent)}
        .bar-loss{fill:var(--reffill)}

        """

    private static let printing: StaticString = """
        @media (max-width:1120px){.scroll.wide{overflow-x:auto}}
        @media (max-width:860px){main,footer{padding-left:20px;padding-right:20px}
        .facts{grid-template-columns:repeat(2,minmax(0,1fr))}
        .pair,.explain{grid-template-columns:minmax(0,1fr)}
        .column>summary{grid-template-columns:16px minmax(0,1fr) auto}
        .column .story{grid-column:2/-1}
        .body{padding-left:0}}
        @media (max-width:560px){main,footer{padding-left:16px;padding-right:16px}.top{padding-top:24px}
        h1{font-size:22px}
        section{margin-top:40px}
        .tools input{width:100%}
        .ranked thead{display:block;position:absolute;clip-path:inset(50%);width:1px;height:1px;overflow:hidden}
        .ranked,.ranked tbody{display:block}
        .ranked tbody tr{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:2px 16px;padding:8px 0;
        border-bottom:1px solid var(--line)}
        .ranked tbody tr>*{border:0;height:auto;padding:0}
        .ranked .name{max-width:none}
        .ranked td.ax{grid-column:1/-1;width:auto}
        .ranked td.ax svg{width:100%;max-width:320px;height:auto}
        .ranked td.n{text-align:left;white-space:normal}
        .ranked td.n::before{content:attr(data-label) " ";color:var(--text3)}
        .ranked td:empty{display:none}
        .ranked .why{grid-column:1/-1}
        .ranked td .badge{float:right}
        .bars{width:72px}.bars.change{width:40px}
        .cats .name{max-width:96px}
        th,td{padding-right:12px}}
        @media print{:root{--bg:#fff;--panel:#fff;--line:#d5d9df;--text:#000;--text2:#333;--text3:#555;--accent:#2b45b8;
        --ref:#7b8491;--reffill:#aab1bb;--bad:#a51520;--warning:#7a4800;--good:#14602f;--unknown:#4a3b9c;--badbg:#fff;
        --warningbg:#fff;--goodbg:#fff;--unknownbg:#fff;--neutralbg:#fff;color-scheme:light}
        @page{margin:14mm}
        body{font-size:9.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
        main,footer{max-width:none;padding:0}.top{padding-top:0}
        nav,.tools input,.skip{display:none}
        .badge{padding-left:0}
        section{margin-top:24pt}
        details::details-content{content-visibility:visible;display:block}
        .body{break-inside:avoid;padding:4pt 0 16pt}
        .column>summary{break-after:avoid}
        tr,.chart{break-inside:avoid}
        .scroll,.scroll.wide{overflow:visible}
        .pair,.explain{grid-template-columns:repeat(2,minmax(0,1fr));gap:16px 24px}
        .facts{grid-template-columns:repeat(4,minmax(0,1fr))}
        th,td{padding-right:10px}
        .ranked{font-size:7.5pt}
        .ranked td.ax{width:130px;padding-right:8px}
        .axis-row{width:122px}
        .ranked td.ax svg{height:18px}
        .ranked td,.ranked th{height:26px}
        .ranked [data-label=rows],.ranked [data-sort=Rows]{display:none}
        .ranked .name{min-width:104px}
        .ranked thead th{position:static}
        a{color:inherit}}
        @media (prefers-reduced-motion:reduce){*{animation:none!important}}
        """
}
