/** What the name of a call puts before those of the nodes inside. */
const call = /^((Stateful)?PartitionedCall(_\d+)?\/)+/;

/** What the name of a model puts before those of its layers. */
const model = /^((model|functional|sequential)(_\d+)?\/)+/;

/** Takes away the wrappers that all names of operations have in front, which say nothing. */
export function commonWrapper(names: readonly string[]): (name: string) => string {
  const inside = names.map((name) => name.replace(call, "")).filter((name) => name.includes("/"));
  const wrapper = model.exec(inside[0] ?? "")?.[0] ?? "";
  const isCommon = wrapper !== "" && inside.every((name) => name.startsWith(wrapper));
  return (name) => {
    const bare = name.replace(call, "");
    return isCommon && bare.startsWith(wrapper) ? bare.slice(wrapper.length) : bare;
  };
}
