/** A plug-in of TypeDoc: what an export belongs to is told by the folder that it is declared in. */
import { Comment, CommentTag, Converter, ReflectionKind } from "typedoc";

const categories = [
  ["Run", /xstar\/src\/(api|load|runtime|run)\b|core\/src\/(ascend|ascents|standard)\b|runs\/src/],
  ["Look", /core\/src\/(probe|model)\b|results\/src\/measure/],
  ["Objectives", /core\/src\/objectives/],
  ["Parameterizations", /core\/src\/(parameterizations|starts)/],
  ["Transforms", /core\/src\/transforms/],
  ["Optimizers and schedules", /core\/src\/optimizers/],
  ["Recipes", /core\/src\/recipes/],
  ["Parts of your own", /core\/src\/(define|autodiff)|load-definitions/],
  ["Images and files", /results\/src\/(image|codecs|record|pages)|xstar\/src\/(files|data|terminal)/],
  ["Training", /xstar\/src\/train/],
  ["Words", /core\/src\/words/],
  ["Tensors and errors", /core\/src\/(tensor|errors|rng|math)/],
  ["Graphs", /./],
];

export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const one of project.getReflectionsByKind(ReflectionKind.All)) {
      const file = one.sources?.[0]?.fullFileName;
      if (!file || one.parent?.parent) continue;
      const [name] = categories.find(([, pattern]) => pattern.test(file));
      const comments = one.signatures?.map((signature) => (signature.comment ??= new Comment())) ?? [];
      for (const comment of [...comments, ...(comments.length === 0 ? [(one.comment ??= new Comment())] : [])])
        comment.blockTags.push(new CommentTag("@category", [{ kind: "text", text: name }]));
    }
  });
  // where it is declared is told by no link: the pages speak of the package
  app.converter.on(Converter.EVENT_RESOLVE_END, ({ project }) => {
    for (const one of project.getReflectionsByKind(ReflectionKind.All)) delete one.sources;
  });
}
