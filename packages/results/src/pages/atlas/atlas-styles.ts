/** What the pages of an atlas add to the style of reports. */
export const atlasStyles = `
body{max-width:none;padding:0}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.top{position:sticky;top:0;z-index:2;display:flex;align-items:center;gap:.5rem .75rem;padding:.5rem max(1rem,calc(50vw - 37rem));
background:var(--page);border-bottom:1px solid var(--line)}
.top .home{font-weight:700;color:var(--text);text-decoration:none;white-space:nowrap;overflow:hidden;text-overflow:ellipsis;min-width:3.5rem;flex:0 1 auto}
.top .find{position:relative;flex:1 1 12rem;max-width:28rem;margin-left:auto}
.top input{width:100%;min-width:0;font:inherit;padding:.35rem .7rem;color:inherit;background:var(--card);border:1px solid var(--edge);border-radius:.4rem}
.top button{white-space:nowrap}
#found{position:absolute;inset-inline:0;top:calc(100% + .25rem);max-height:70vh;overflow:auto;margin:0;padding:.25rem;list-style:none;background:var(--page);
border:1px solid var(--edge);border-radius:.4rem;box-shadow:0 8px 24px #0004}
#found a{display:flex;align-items:center;gap:.6rem;min-height:2.5rem;padding:.15rem .4rem;color:inherit;text-decoration:none;border-radius:.3rem}
#found :is(a:hover,a:focus-visible){background:var(--card)}
#found .note:last-child{margin-left:auto;white-space:nowrap}
#found li.note{padding:.4rem}
main{display:block;max-width:76rem;margin:0 auto;padding:1.25rem 1rem 4rem}
main:focus{outline:none}
main h1{margin:0 0 .75rem;font-family:ui-monospace,monospace;font-size:1.5rem;overflow-wrap:anywhere}
main .lead{font-size:1rem;max-width:52rem}
.tile{position:relative;display:block;flex:none;background-repeat:no-repeat;background-color:var(--surround)}
.sharp{image-rendering:crisp-edges;image-rendering:pixelated}
.layers{max-width:none;margin:1.5rem 0;padding:0;list-style:none}
.layers li{border-top:1px solid var(--line)}
.layer{display:flex;align-items:center;gap:.5rem 1.5rem;padding:.6rem .25rem;color:inherit;text-decoration:none}
.layer:hover{background:var(--card)}
.layer strong{display:block;font-family:ui-monospace,monospace;overflow-wrap:anywhere}
.layer>.names{flex:1 1 14rem;min-width:0}
.strip{display:flex;flex:0 1 716px;flex-wrap:wrap;gap:4px;height:56px;overflow:hidden}
.classes ul{max-width:none;columns:14rem;padding:0;list-style:none}
.classes li{break-inside:avoid;padding:.1rem 0}
.path{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;margin:0 0 .75rem;font-size:.95rem}
.path>*{padding:.15rem 0;min-width:1.5rem}
.controls{display:flex;flex-wrap:wrap;gap:.5rem 1.25rem;margin:1rem 0;font-size:.95rem}
select{font:inherit;color:inherit;background:var(--card);border:1px solid var(--edge);border-radius:.4rem;padding:.25rem .4rem}
.grid{position:relative}
.grid [role=row]{position:absolute;left:0;right:0}
.unit{position:absolute;top:0}
.unit a{display:block;width:fit-content;color:inherit;text-decoration:none;font-size:.75rem;line-height:1.4}
.unit a:hover .tile{outline:2px solid var(--link);outline-offset:1px}
.number{display:block;color:var(--quiet);font-variant-numeric:tabular-nums;white-space:nowrap}
.none{display:grid;place-items:center;color:var(--quiet);border:1px dashed var(--edge)}
.further{width:10rem}
.class-table{margin-top:2rem}
.table-frame{overflow:auto;max-height:80vh}
.class-table :is(th,td){padding:.2rem .5rem;text-align:right;font-variant-numeric:tabular-nums}
.class-table th{position:sticky;top:0;background:var(--page);font-weight:400}
.class-table .for{background:color-mix(in srgb,var(--link) calc(var(--share)*.5),transparent)}
.class-table .against{background:color-mix(in srgb,var(--made) calc(var(--share)*.5),transparent)}
.map-frame{overflow:auto;max-height:80vh;background:var(--surround);border-radius:.4rem}
.map{position:relative;margin:1rem}
.map a{position:absolute;display:block}
.map a:is(:hover,:focus-visible){opacity:1!important;outline:2px solid var(--link);z-index:1}
.about{display:grid;grid-template-columns:minmax(0,20rem) minmax(0,1fr);gap:1.25rem 2rem;align-items:start}
.surround{padding:12px;background:var(--surround);border-radius:.4rem}
.surround img{display:block;width:100%;height:auto;outline:1px solid var(--edge)}
.surround p{margin:0;color:var(--text)}
.facts{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1rem;margin:0;max-width:40rem}
.facts dt{color:var(--quiet)}
.facts dd{margin:0;font-variant-numeric:tabular-nums}
.sub{margin:1.5rem 0 .5rem;font-size:1.1rem}
.verdict{margin:0 0 1rem;font-size:1.05rem}
.warning{margin:.75rem 0 0;padding:.5rem .75rem;background:var(--card);border-left:3px solid var(--edge);font-size:.9rem}
.class-bars{display:grid;grid-template-columns:fit-content(10rem) minmax(3rem,1fr) 4.5rem;column-gap:.75rem;max-width:34rem;margin:0;padding:0;list-style:none}
.class-bars li{display:grid;grid-column:1/-1;grid-template-columns:subgrid;align-items:center;min-height:1.75rem}
.class-bars a{min-width:1.5rem}
.class-bars a{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.class-bars .bar{height:.7rem}
.class-bars .note{white-space:nowrap;font-variant-numeric:tabular-nums}
.row{display:flex;flex-wrap:wrap;gap:.75rem}
.near{display:block;min-width:4.75rem;color:inherit;text-decoration:none;font-size:.85rem;font-variant-numeric:tabular-nums}
.near:hover .tile{outline:2px solid var(--link);outline-offset:1px}
.near>span:last-child{display:block;color:var(--quiet);padding-top:.15rem}
.near b{color:var(--text)}
.real{margin:0}
.real .cell{display:grid;place-items:center;justify-content:start;margin-bottom:4px;overflow:hidden}
.real figcaption{padding:0;font-weight:400;font-size:.8rem;line-height:1.3;overflow-wrap:anywhere;display:-webkit-box;-webkit-line-clamp:3;-webkit-box-orient:vertical;overflow:hidden}
.real figcaption .note{font-size:.75rem}
.box{position:absolute;outline:2px solid #fff;box-shadow:0 0 0 3px #000}
.small{margin:1rem 0;max-width:30rem}
.small svg{display:block;width:100%;height:auto}
.small figcaption{font-weight:400}
.small .count{fill:var(--quiet)}
.small .line{fill:none;stroke:var(--link);stroke-width:2;vector-effect:non-scaling-stroke}
.small .made{stroke:var(--made);stroke-width:2.5;vector-effect:non-scaling-stroke}
.key{display:inline-block;width:.7rem;height:.7rem;background:var(--made);vertical-align:-1px}
:root{--made:#d55e00}
@supports(color:light-dark(#000,#fff)){:root{--made:light-dark(#d55e00,#f0a030)}}
.copy{display:flex;gap:.5rem;align-items:flex-start;margin:.5rem 0;max-width:52rem}
.copy code{flex:1 1 auto;min-width:0;padding:.35rem .6rem;background:var(--card);border-radius:.4rem;overflow-wrap:anywhere}
.compare{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,16rem),1fr));gap:1.5rem}
.compare h2{margin:0 0 .5rem;font-size:1.1rem;overflow-wrap:anywhere}
.compare .facts{margin:.75rem 0}
.compare .reals{margin:.75rem 0;gap:.75rem .3rem}
dialog{color:inherit;background:var(--page);border:1px solid var(--edge);border-radius:.6rem;max-width:26rem;padding:1.25rem}
dialog::backdrop{background:#0008}
dialog h2{margin-top:0}
kbd{font:inherit;padding:.05rem .45rem;border:1px solid var(--edge);border-radius:.3rem}
@media(max-width:44rem){.about{grid-template-columns:minmax(0,1fr)}.layer{flex-wrap:wrap}.strip{flex:1 1 100%}
.top{flex-wrap:wrap}.top .home{flex:1 1 0}.top .find{order:9;flex:1 1 100%;max-width:none}#keys{display:none}}
@media(prefers-reduced-motion:no-preference){html{scroll-behavior:auto}}
`;
