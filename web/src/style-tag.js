import { useEffect } from 'react';

// In place of the package react-style-singleton, which adds a <style> element: the page's security policy allows style sheets of
// this server alone. A constructed style sheet does the same and needs no exception.
export function stylesheetSingleton() {
  let count = 0;
  let sheet = null;
  return {
    add(text) {
      if (count === 0) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(text);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      }
      count += 1;
    },
    remove() {
      count -= 1;
      if (count === 0) {
        document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
        sheet = null;
      }
    },
  };
}

export function styleHookSingleton() {
  const sheet = stylesheetSingleton();
  return (styles, isDynamic) => {
    useEffect(() => {
      sheet.add(styles);
      return () => sheet.remove();
    }, [styles && isDynamic]);
  };
}

export function styleSingleton() {
  const useStyle = styleHookSingleton();
  return ({ styles, dynamic }) => {
    useStyle(styles, dynamic);
    return null;
  };
}
