try{var t=localStorage.getItem("fg-theme")||"";/^(light|dark)$/.test(t)&&(document.documentElement.dataset.theme=t)}catch(e){}
