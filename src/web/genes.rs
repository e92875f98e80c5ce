//! Genes between groups, markers, the genes of an axis, and clusters, for the page.

use serde::Deserialize;
use wasm_bindgen::prelude::*;

use super::engine::{Engine, refused};
use super::value::{from_js, to_js};
use crate::figure::{GroupsOf, Of};
use crate::readout::Grouping;
use crate::session::{AxesRequest, Choice, GenesPage, GenesRequest};

#[derive(Deserialize)]
struct MarkersRequest {
    #[serde(default)]
    of: Choice,
    groups: Grouping,
    most: usize,
}

#[derive(Deserialize)]
struct ClustersRequest {
    of: Of,
    k: usize,
}

#[wasm_bindgen]
impl Engine {
    /// Compare two groups in every gene; what was found, in numbers.
    #[wasm_bindgen(js_name = geneDifferences)]
    pub fn gene_differences(&mut self, request: JsValue) -> Result<JsValue, JsValue> {
        let request: GenesRequest = from_js(request)?;
        to_js(&self.0.gene_differences(request).map_err(refused)?)
    }

    /// The purified values of the newest comparison join in.
    #[wasm_bindgen(js_name = purifiedDifferences)]
    pub fn purified_differences(&mut self) -> Result<JsValue, JsValue> {
        to_js(&self.0.purified_differences().map_err(refused)?)
    }

    /// Genes of the newest comparison, ordered and searched.
    #[wasm_bindgen(js_name = geneRows)]
    pub fn gene_rows(&mut self, page: JsValue) -> Result<JsValue, JsValue> {
        let page: GenesPage = from_js(page)?;
        to_js(&self.0.gene_rows(&page).map_err(refused)?)
    }

    /// The genes that are higher in each group than in all others.
    #[wasm_bindgen(js_name = geneMarkers)]
    pub fn gene_markers(&mut self, request: JsValue) -> Result<JsValue, JsValue> {
        let MarkersRequest { of, groups, most } = from_js(request)?;
        to_js(&self.0.gene_markers(of, &groups, most).map_err(refused)?)
    }

    /// The genes that carry a map's axes, or a selection.
    #[wasm_bindgen(js_name = axisGenes)]
    pub fn axis_genes(&mut self, request: JsValue) -> Result<JsValue, JsValue> {
        let request: AxesRequest = from_js(request)?;
        to_js(&*self.0.axis_genes(request).map_err(refused)?)
    }

    /// So many clusters of an embedding, as groups.
    pub fn clusters(&mut self, request: JsValue) -> Result<JsValue, JsValue> {
        let ClustersRequest { of, k } = from_js(request)?;
        to_js(&self.0.groups_of(&GroupsOf::Clusters { k, of }).map_err(refused)?)
    }
}
