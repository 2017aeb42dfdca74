export { decodeDiagnosis, encodeDiagnosis, type DiagnosisState } from "./diagnose/checkpoint.js";
export { suspectsIn, type Suspect } from "./diagnose/data-checks.js";
export { checks, diagnose, type DiagnoseOptions } from "./diagnose/diagnose.js";
export { diagnosisFile, type DiagnosisFile } from "./diagnose/diagnosis-file.js";
export {
  byImportance,
  type Finding,
  type FoundPicture,
  type MadePicture,
  type LabelledPictures,
  type Severity,
} from "./diagnose/finding.js";
export { observe, type Observations } from "./diagnose/observe.js";
export { diagnosisReport, summarizeFindings, type DiagnosisReport } from "./diagnose/report.js";
export { longestWebp, type ImageCodec } from "./codecs/image-codec.js";
export { decodeNpy, encodeNpy } from "./codecs/npy.js";
export { encodePng } from "./codecs/png.js";
export { dataUri } from "./codecs/data-uri.js";
export { decodeTensors, encodeTensors } from "./codecs/safetensors.js";
export { sha256Of } from "./codecs/sha256.js";
export { readXmp, xmpOf } from "./codecs/xmp.js";
export { crop } from "./image/crop.js";
export { diverging, gray, inferno, viridis } from "./image/colormap.js";
export { drawNumber } from "./image/digits.js";
export { drawFrames, drawingOf, pictureOf, planesOf } from "./image/drawing.js";
export { framesOf, linesOf } from "./image/lines.js";
export { decodeWav, encodeWav, resampled, type Sound } from "./codecs/wav.js";
export { drawSpectrogram, spectrogramOf, type Spectrogram } from "./measure/spectrogram.js";
export { drawHeat, heatScale, type HeatOptions } from "./image/heat.js";
export { enlarge, enlargementFor, usualScale } from "./image/enlarge.js";
export { luminanceWeights } from "./image/luminance.js";
export { opaqueByAttribution } from "./image/opacity.js";
export { filledPicture, paste, type Picture, type Rgb } from "./image/picture.js";
export type { Planes } from "./image/planes.js";
export { rowsSheet } from "./image/rows.js";
export { changeScale } from "./image/scale.js";
export { contactSheet, surround, type SheetOptions } from "./image/sheet.js";
export { shrinkPicture, shrinkPlanes } from "./image/shrink.js";
export { changeView, rawView, validView, type View, type ViewOptions } from "./image/view.js";
export { zeroBorder } from "./measure/border.js";
export { formatConfidence, ninesOf } from "./measure/confidence.js";
export { countConfusions, type Confusion } from "./measure/confusion.js";
export { correlate, correlateUnits, correlationMatrix, measureDistance, standardize } from "./measure/correlation.js";
export { summarize } from "./measure/describe.js";
export { findExamples, openTargets, type FoundExamples } from "./measure/find-examples.js";
export { likeliestOf, type ClassShare } from "./measure/likeliest.js";
export {
  measureAscent,
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
export { restsOn, warmestPart, type Intervention, type RestsOn } from "./measure/rests-on.js";
export { measureTruth, type MapTruth, type ShareCurve, type TruthOptions } from "./measure/map-truth.js";
export { checkRandomization, mostAlike, ranksOf, type Randomization } from "./measure/randomization.js";
export { measureUnits, type ConductanceOptions, type LayerUnits, type UnitShare } from "./measure/unit-conductance.js";
export { shareInWords, type ShownUnit } from "./pages/units-section.js";
export { measureSet, type RecordedMetrics } from "./measure/measure-set.js";
export { findNearest } from "./measure/nearest.js";
export { networksOf } from "./measure/networks.js";
export { percentileOf } from "./measure/percentile.js";
export {
  compareWithDataset,
  type MetricName,
  type NearestPicture,
  type PictureMetrics,
} from "./measure/picture-metrics.js";
export {
  heldBy,
  pictureSizeOf,
  type ExampleSource,
  type ImageDataset,
  type PictureSize,
  type PictureSource,
  type SignalSource,
} from "./measure/source.js";
export { spectrumSlope, type SpectrumRange } from "./measure/spectrum.js";
export { featureLayer, scanDataset, type DatasetScan, type ScanOptions } from "./measure/scan-dataset.js";
export { maximizesItsTarget, classOf, isOfOnePicture, nameOfMaximized } from "./measure/terms.js";
export { measureVariability, type Variability } from "./measure/variability.js";
export { barChart } from "./pages/bar-chart.js";
export { dataTable } from "./pages/data-table.js";
export { describeChange } from "./pages/describe-change.js";
export { metricLine } from "./pages/describe-metrics.js";
export { describeMethod, describeRest, nameOfClass, nameOfMethod, titleOf } from "./pages/explain-words.js";
export { drawExplanation, type ExplanationCard } from "./pages/explanation-card.js";
export { explanationReport, type ReportedMap } from "./pages/explanation-report.js";
export { drawExamples, examplesSheet, type TargetPictures } from "./pages/draw-examples.js";
export { examplesPage } from "./pages/examples-page.js";
export { colorBar, pictureFigure, pictureRow } from "./pages/figure.js";
export { formatDuration, formatNumber, formatPercent } from "./pages/format.js";
export { embedJson, html, page, type Html } from "./pages/html.js";
export { lineChart } from "./pages/line-chart.js";
export { matrixChart } from "./pages/matrix-chart.js";
export { maximizeReport } from "./pages/maximize-report.js";
export { timeline, timelineScript, type TimelinePane } from "./pages/timeline.js";
export { tokenText } from "./pages/token-table.js";
export { inputFigures, wordFor, type ShownInput } from "./pages/input-figures.js";
export { pageColors } from "./pages/styles.js";
export { type InputBeside } from "./pages/beside-figures.js";
export { viewResult } from "./pages/report-views.js";
export { createTile, drawSheet, sheetPage, tileSide, type SheetTile } from "./pages/sheet.js";
export type { ExamplesFile } from "./record/examples-file.js";
export { knownOf, type DoneEntry, type Entry, type Manifest, type NamedEntry } from "./record/manifest.js";
export { endingOf, nameOfFile } from "./record/paths.js";
export { encodeRecorded, findRecord, type FoundRecord } from "./record/picture-record.js";
export { Image, type CanvasData, type ImageParts } from "./record/image.js";
export { pixelHash } from "./record/pixel-hash.js";
export { recordOf } from "./record/record-of.js";
export type { NamedToken, PictureEntry, RunFile } from "./record/run-file.js";
export {
  animationFormats,
  keepIfSame,
  type AnimationFormat,
  type FileReference,
  type Job,
  type ModelReference,
  type PictureRecord,
  type Platform,
  type RunFacts,
  type RunFiles,
  type RunRecord,
} from "./record/run-record.js";
export { nearestRows, products, unitRows } from "./measure/cosines.js";
export { kMeans } from "./measure/k-means.js";
export { meanOf, rowOf, stacked, type Rows } from "./measure/rows.js";
export { lookAt } from "./measure/look.js";
export { separation, separations } from "./measure/separation.js";
export { decodeSurvey, encodeSurvey } from "./measure/survey-file.js";
export { joinSurveys, surveyLayers, type DirectionsOf, type LayerSurvey, type Survey } from "./measure/survey.js";
export type {
  AtlasClasses,
  AtlasData,
  AtlasFile,
  AtlasLayerEntry,
  AtlasLayerFile,
  NearUnit,
  RealFacts,
  TileSheets,
} from "./record/atlas-file.js";
export type { KnownMetrics } from "./record/manifest.js";
export { createDuplicateCheck } from "./measure/near-duplicates.js";
export { atlasPage } from "./pages/atlas/atlas-page.js";
