/** Reports as pages, and the plots in them: from outside `@ablation-cam/model/reports`. */
export { evaluationPlots, type EvaluationPlot } from './evaluation/plots/evaluation-plots.ts';
export {
  renderEvaluationReport,
  type EvaluationReportOptions,
} from './evaluation/report/render-evaluation-report.ts';
export { pagePalette } from './evaluation/plots/palette.ts';
export { html, Markup } from './evaluation/report/html.ts';
export { factsOf, reportPage, tableOf, type ReportRow } from './evaluation/report/page.ts';
