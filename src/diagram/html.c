/*
 * The picture as a page of its own: nothing is loaded, and it can be read without its script, which searches, zooms
 * and marks a table's keys. Nothing of the database stands in the script.
 */
#include "diagram/writers.h"

/* clang-format off */
static const char style[] =
    ":root{color-scheme:light dark;--page:#f6f7f9;--bar:#fff;--ink:#1d2330;--soft:#6b7586;--rim:#cfd5de}\n"
    "@media (prefers-color-scheme:dark){:root{--page:#14161b;--bar:#1b1e25;--ink:#e4e7ee;--soft:#929cad;--rim:#3a414e}}\n"
    "*{box-sizing:border-box}html,body{margin:0;height:100%;background:var(--page);color:var(--ink)}\n"
    "body{display:flex;flex-direction:column;font:13px/1.4 system-ui,sans-serif}\n"
    "header{display:flex;gap:14px;align-items:center;padding:8px 14px;background:var(--bar);border-bottom:1px solid var(--rim)}\n"
    "h1{font-size:13px;margin:0}header span{color:var(--soft);margin-right:auto}\n"
    "input,button{font:inherit;color:inherit;background:var(--page);border:1px solid var(--rim);border-radius:5px;padding:3px 8px}\n"
    "input{width:220px}main{flex:1;overflow:auto}main svg{display:block}\n"
    ".erd .table{cursor:pointer}.erd.some .table:not(.on),.erd.some .edge:not(.on){opacity:.22}\n"
    ".erd .edge.on path:not(.reach),.erd .edge.on circle{stroke:var(--hot)}\n"
    "@media print{header{display:none}main{overflow:visible}}\n";

static const char script[] =
    "'use strict';(()=>{\n"
    "const main=document.querySelector('main'),svg=main.querySelector('svg'),find=document.querySelector('input');\n"
    "const box=svg.viewBox.baseVal,tables=[...svg.querySelectorAll('.table')],edges=[...svg.querySelectorAll('.edge')];\n"
    "let scale=1;\n"
    "const zoom=(to,x,y)=>{to=Math.min(4,Math.max(.05,to));const r=main.getBoundingClientRect();\n"
    "  x=x===undefined?r.width/2:x-r.left;y=y===undefined?r.height/2:y-r.top;\n"
    "  const left=(main.scrollLeft+x)*to/scale-x,top=(main.scrollTop+y)*to/scale-y;scale=to;\n"
    "  svg.setAttribute('width',box.width*to);svg.setAttribute('height',box.height*to);main.scrollTo(left,top)};\n"
    "const fit=()=>zoom(Math.min(main.clientWidth/box.width,main.clientHeight/box.height,1));\n"
    "main.addEventListener('wheel',e=>{if(e.ctrlKey||e.metaKey){e.preventDefault();zoom(scale*Math.exp(-e.deltaY/300),e.clientX,e.clientY)}},{passive:false});\n"
    "let drag=null;\n"
    "main.addEventListener('pointerdown',e=>{if(e.button===0)drag={x:e.clientX,y:e.clientY,l:main.scrollLeft,t:main.scrollTop,moved:false}});\n"
    "addEventListener('pointermove',e=>{if(!drag)return;const x=e.clientX-drag.x,y=e.clientY-drag.y;\n"
    "  drag.moved=drag.moved||Math.abs(x)+Math.abs(y)>4;if(drag.moved)main.scrollTo(drag.l-x,drag.t-y)});\n"
    "addEventListener('pointerup',e=>{const d=drag;drag=null;if(!d||d.moved)return;\n"
    "  const t=e.target.closest&&e.target.closest('.table');mark(t?new Set([t.dataset.table]):null,true)});\n"
    "const mark=(set,near)=>{svg.classList.toggle('some',!!set);const all=new Set(set||[]);\n"
    "  for(const e of edges){const on=!!set&&(set.has(e.dataset.from)||set.has(e.dataset.to))&&(near||set.has(e.dataset.from)&&set.has(e.dataset.to));\n"
    "    e.classList.toggle('on',on);if(on){all.add(e.dataset.from);all.add(e.dataset.to)}}\n"
    "  for(const t of tables)t.classList.toggle('on',all.has(t.dataset.table))};\n"
    "find.addEventListener('input',()=>{const word=find.value.trim().toLowerCase();if(!word)return mark(null);\n"
    "  const hits=tables.filter(t=>t.textContent.toLowerCase().includes(word));\n"
    "  const named=hits.filter(t=>t.querySelector('.name').textContent.toLowerCase().includes(word));\n"
    "  mark(new Set(hits.map(t=>t.dataset.table)));const first=named[0]||hits[0];\n"
    "  if(first)first.scrollIntoView({block:'center',inline:'center'})});\n"
    "for(const b of document.querySelectorAll('button'))b.addEventListener('click',()=>b.value==='fit'?fit():zoom(scale*Number(b.value)));\n"
    "addEventListener('keydown',e=>{if(e.key==='/'&&e.target!==find){e.preventDefault();find.focus()}\n"
    "  if(e.key==='Escape'){find.value='';mark(null);find.blur()}});\n"
    "document.querySelector('header').hidden=false;fit()})();\n";
/* clang-format on */

void
ray_diagram_html(const struct ray_diagram *diagram, struct ray_buf *out)
{
    ray_buf_add(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width\">\n");
    ray_buf_addf(out,
                 "<title>Relationship diagram</title>\n<style>\n%s%s</style>\n</head>\n<body>\n",
                 style, ray_diagram_style);
    ray_buf_addf(
        out,
        "<header hidden><h1>Relationship diagram</h1><span>%zu tables, %zu foreign keys</span>"
        "<input type=\"search\" placeholder=\"Find a table or column  /\" "
        "aria-label=\"find a table or column\"><div><button type=\"button\" value=\"0.8\" "
        "aria-label=\"smaller\">\xE2\x88\x92</button> <button type=\"button\" value=\"fit\">Fit</button> "
        "<button type=\"button\" value=\"1.25\" aria-label=\"larger\">+</button></div></header>\n",
        diagram->tables.len, diagram->edges.len);
    ray_buf_add(out, "<main>\n");
    ray_diagram_picture(diagram, false, out);
    ray_buf_addf(out, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", script);
}
