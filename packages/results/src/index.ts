export { decodeNpy, encodeNpy } from "./codecs/npy.js";
export { encodePng, pngDataUri } from "./codecs/png.js";
export { decodeTensors, encodeTensors } from "./codecs/safetensors.js";
export { readXmp, xmpOf } from "./codecs/xmp.js";
export { diverging, gray, viridis } from "./image/colormap.js";
export { drawNumber } from "./image/digits.js";
export { drawingOf, pictureOf, planesOf } from "./image/drawing.js";
export { enlarge, enlargementFor } from "./image/enlarge.js";
export { opaqueByInfluence } from "./image/opacity.js";
export { filledPicture, paste, type Picture, type Rgb } from "./image/picture.js";
export type { Planes } from "./image/planes.js";
export { rowsSheet } from "./image/rows.js";
export { changeScale } from "./image/scale.js";
export { contactSheet, surround, type SheetOptions } from "./image/sheet.js";
export { shrinkPlanes } from "./image/shrink.js";
export { changeView, rawView, validView, type View, type ViewOptions } from "./image/view.js";
export { zeroBorder } from "./measure/border.js";
export { formatConfidence, ninesOf } from "./measure/confidence.js";
export { countConfusions, type Confusion } from "./measure/confusion.js";
export { correlate, correlateUnits, correlationMatrix, measureDistance, standardize } from "./measure/correlation.js";
export { summarize } from "./measure/describe.js";
export { findExamples, openTargets, type FoundExamples } from "./measure/find-examples.js";
export { likeliestOf, type ClassShare } from "./measure/likeliest.js";
export type { PictureSize, PictureSource } from "./measure/look.js";
export {
  measureAscent,
  openImages,
  type AscentMetrics,
  type ComparedImages,
  type MeasuredAscent,
} from "./measure/measure-ascent.js";
export {
  examplesFor,
  measureEach,
  measurePictures,
  type MeasuredPictures,
  type MeasureOptions,
  type SecondNetwork,
} from "./measure/measure-pictures.js";
export { findNearest } from "./measure/nearest.js";
export { networksOf } from "./measure/networks.js";
export { percentileOf } from "./measure/percentile.js";
export {
  compareWithDataset,
  describeDiversity,
  type MetricName,
  type NearestPicture,
  type PictureMetrics,
} from "./measure/picture-metrics.js";
export { spectrumSlope, type SpectrumRange } from "./measure/spectrum.js";
export { featureLayer, surveyDataset, type DatasetSurvey, type SurveyOptions } from "./measure/survey-dataset.js";
export { isOfOnePicture } from "./measure/terms.js";
export { measureVariability, type Variability } from "./measure/variability.js";
export { barChart } from "./pages/bar-chart.js";
export { dataTable } from "./pages/data-table.js";
export { describeChange } from "./pages/describe-change.js";
export { metricLine } from "./pages/describe-metrics.js";
export { drawExamples, writeExamples, type ExamplesFile, type TargetPictures } from "./pages/draw-examples.js";
export { colorBar, pictureFigure, pictureRow } from "./pages/figure.js";
export { formatNumber, formatPercent } from "./pages/format.js";
export { embedJson, html, page, type Html } from "./pages/html.js";
export { lineChart } from "./pages/line-chart.js";
export { matrixChart } from "./pages/matrix-chart.js";
export { maximizeReport } from "./pages/maximize-report.js";
export { viewResult } from "./pages/report-views.js";
export { createTile, drawSheet, encodeSheet, sheetPage, tileSide, type SheetTile } from "./pages/sheet.js";
export { encodeRecorded, readRecord, type FoundRecord } from "./record/picture-record.js";
export { pixelHash } from "./record/pixel-hash.js";
export { recordOf } from "./record/record-of.js";
export {
  animationFormats,
  type AnimationFormat,
  type Job,
  type ModelReference,
  type PictureRecord,
  type RunFacts,
  type RunFiles,
  type RunRecord,
} from "./record/run-record.js";
