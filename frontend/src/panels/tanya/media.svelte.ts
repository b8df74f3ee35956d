/** Whether the screen is of a kind; made where a component starts, so that it ends with it. */
export function media(query: string): { readonly is: boolean } {
  const list = matchMedia(query);
  let is = $state(list.matches);
  $effect(() => {
    const read = () => (is = list.matches);
    read();
    list.addEventListener('change', read);
    return () => list.removeEventListener('change', read);
  });
  return {
    get is() {
      return is;
    },
  };
}
