//! Models that are served, configurations of endpoints, endpoints: made by hand, paid for while they stand.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::fault::SageMakerFault;
use super::{Operation, arn, tags};
use crate::aws::s3::object::Body;
use crate::aws::timestamp::iso;
use crate::aws::{Account, Fault, Order};
use crate::clock::Instant;
use crate::json::json;

/// A model as SageMaker keeps it: where its artefact lies.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Served {
    pub region: String,
    pub role: String,
    pub image: String,
    /// `s3://bucket/key`.
    pub artefact: String,
    pub created: Instant,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Config {
    pub region: String,
    pub model: String,
    pub variant: String,
    pub instance: String,
    pub count: u32,
    pub created: Instant,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Endpoint {
    pub region: String,
    pub config: String,
    pub model: String,
    pub instance: String,
    pub count: u32,
    pub created: Instant,
    /// The artefact, as it was when the endpoint was made.
    pub body: Body,
}

/// How long an endpoint takes to come up. Unconfirmed.
const COMING_UP: i64 = 180_000_000;

impl Endpoint {
    pub fn ready(&self) -> Instant {
        Instant(self.created.0 + COMING_UP)
    }

    pub fn status(&self, now: Instant) -> &'static str {
        if now < self.ready() { "Creating" } else { "InService" }
    }
}

fn unknown(what: &'static str, arn: String) -> Fault {
    SageMakerFault::Unknown { what, arn }.into()
}

const MODEL: (&str, &str) = ("model", "model");
const CONFIG: (&str, &str) = ("endpoint configuration", "endpoint-config");
const ENDPOINT: (&str, &str) = ("endpoint", "endpoint");

/// Names of letters, digits and hyphens.
pub(super) fn must_be_a_name(member: &str, name: &str, longest: usize) -> Result<(), Fault> {
    let fits = (1..=longest).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !name.starts_with('-')
        && !name.ends_with('-');
    if fits {
        return Ok(());
    }
    let mut letters = member.chars();
    let field: String = letters.next().into_iter().flat_map(char::to_lowercase).chain(letters).collect();
    let message = format!(
        "1 validation error detected: Value '{name}' at '{field}' failed to satisfy constraint: Member must satisfy regular expression pattern: ^[a-zA-Z0-9](-*[a-zA-Z0-9]){{0,{}}}",
        longest - 1
    );
    Err(SageMakerFault::Invalid { message }.into())
}

fn free(
    taken: bool,
    (what, kind): (&'static str, &str),
    account: &Account,
    order: &Order<'_>,
    name: &str,
) -> Result<(), Fault> {
    match taken {
        true => Err(SageMakerFault::Taken { what, arn: arn(account, order.region, kind, name) }.into()),
        false => Ok(()),
    }
}

pub(super) fn create_model(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("ModelName");
    must_be_a_name("ModelName", name, 63)?;
    free(account.sagemaker.models.contains_key(name), MODEL, account, order, name)?;
    // Of a pipeline of containers the algorithm's is the one in the middle, or the only one.
    let containers = parameters.structures("Containers");
    let container = match containers.get(containers.len() / 2) {
        Some(container) => *container,
        None => parameters.structure("PrimaryContainer"),
    };
    let artefact = container.text("ModelDataUrl").unwrap_or_default().to_owned();
    body_at(account, &artefact, order)?;
    let made = Served {
        region: order.region.to_owned(),
        role: parameters.required("ExecutionRoleArn").to_owned(),
        image: container.text("Image").unwrap_or_default().to_owned(),
        artefact,
        created: order.now,
    };
    let shown = json!({ "ModelArn": arn(account, order.region, "model", name) });
    account.sagemaker.models.insert(name.to_owned(), made);
    tags::note(account, &shown["ModelArn"], parameters);
    Ok(shown)
}

pub(super) fn create_config(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("EndpointConfigName");
    must_be_a_name("EndpointConfigName", name, 63)?;
    free(account.sagemaker.configs.contains_key(name), CONFIG, account, order, name)?;
    let variants = parameters.structures("ProductionVariants");
    let [variant] = variants.as_slice() else {
        let message = "Exactly one production variant is simulated.".to_owned();
        return Err(SageMakerFault::Invalid { message }.into());
    };
    let model = variant.text("ModelName").unwrap_or_default();
    if account.sagemaker.models.get(model).is_none_or(|found| found.region != order.region) {
        return Err(unknown(MODEL.0, arn(account, order.region, MODEL.1, model)));
    }
    let made = Config {
        region: order.region.to_owned(),
        model: model.to_owned(),
        variant: variant.text("VariantName").unwrap_or("AllTraffic").to_owned(),
        instance: variant.text("InstanceType").unwrap_or("ml.m5.large").to_owned(),
        count: variant.integer("InitialInstanceCount").unwrap_or(1).max(1) as u32,
        created: order.now,
    };
    if crate::aws::meter::Instance::parse(&made.instance).is_none() {
        let message = format!("The instance type {} is not simulated.", made.instance);
        return Err(SageMakerFault::Invalid { message }.into());
    }
    let shown = json!({ "EndpointConfigArn": arn(account, order.region, CONFIG.1, name) });
    account.sagemaker.configs.insert(name.to_owned(), made);
    tags::note(account, &shown["EndpointConfigArn"], parameters);
    Ok(shown)
}

pub(super) fn create(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let parameters = order.parameters;
    let name = parameters.required("EndpointName");
    must_be_a_name("EndpointName", name, 63)?;
    free(account.sagemaker.endpoints.contains_key(name), ENDPOINT, account, order, name)?;
    let config = config(account, order)?.clone();
    let artefact = account.sagemaker.models.get(&config.model).map(|model| model.artefact.clone());
    let Some(artefact) = artefact else {
        return Err(unknown(MODEL.0, arn(account, order.region, MODEL.1, &config.model)));
    };
    let made = Endpoint {
        region: order.region.to_owned(),
        config: parameters.required("EndpointConfigName").to_owned(),
        model: config.model,
        instance: config.instance,
        count: config.count,
        created: order.now,
        body: body_at(account, &artefact, order)?,
    };
    account.reckon(order.now);
    let shown = json!({ "EndpointArn": arn(account, order.region, ENDPOINT.1, name) });
    account.sagemaker.endpoints.insert(name.to_owned(), made);
    tags::note(account, &shown["EndpointArn"], parameters);
    Ok(shown)
}

/// The object that an artefact's address means.
fn body_at(account: &Account, artefact: &str, order: &Order<'_>) -> Result<Body, Fault> {
    let place = artefact.strip_prefix("s3://").and_then(|place| place.split_once('/'));
    let found = place.and_then(|(bucket, key)| {
        Some(account.s3.bucket(bucket, order.region).ok()?.objects.get(key)?.body.clone())
    });
    // Unconfirmed in its last words.
    let message = || format!("Could not find model data at {artefact}.");
    found.ok_or_else(|| SageMakerFault::Invalid { message: message() }.into())
}

fn config<'a>(account: &'a Account, order: &Order<'_>) -> Result<&'a Config, Fault> {
    let name = order.parameters.required("EndpointConfigName");
    let found = account.sagemaker.configs.get(name).filter(|config| config.region == order.region);
    found.ok_or_else(|| unknown(CONFIG.0, arn(account, order.region, CONFIG.1, name)))
}

fn endpoint<'a>(account: &'a Account, order: &Order<'_>) -> Result<&'a Endpoint, Fault> {
    let name = order.parameters.required("EndpointName");
    let found = account.sagemaker.endpoints.get(name).filter(|one| one.region == order.region);
    found.ok_or_else(|| unknown(ENDPOINT.0, arn(account, order.region, ENDPOINT.1, name)))
}

fn served<'a>(account: &'a Account, order: &Order<'_>) -> Result<&'a Served, Fault> {
    let name = order.parameters.required("ModelName");
    let found = account.sagemaker.models.get(name).filter(|model| model.region == order.region);
    found.ok_or_else(|| unknown(MODEL.0, arn(account, order.region, MODEL.1, name)))
}

pub(super) fn describe_model(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let model = served(account, order)?;
    let name = order.parameters.required("ModelName");
    Ok(json!({
        "ModelName": name,
        "PrimaryContainer": { "Image": model.image, "Mode": "SingleModel", "ModelDataUrl": model.artefact },
        "ExecutionRoleArn": model.role,
        "CreationTime": iso(model.created),
        "ModelArn": arn(account, order.region, MODEL.1, name),
        "EnableNetworkIsolation": false,
    }))
}

pub(super) fn describe_config(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let config = config(account, order)?;
    let name = order.parameters.required("EndpointConfigName");
    Ok(json!({
        "EndpointConfigName": name,
        "EndpointConfigArn": arn(account, order.region, CONFIG.1, name),
        "ProductionVariants": [{
            "VariantName": config.variant,
            "ModelName": config.model,
            "InitialInstanceCount": config.count,
            "InstanceType": config.instance,
            "InitialVariantWeight": 1.0,
        }],
        "CreationTime": iso(config.created),
    }))
}

pub(super) fn describe(account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let endpoint = endpoint(account, order)?;
    let name = order.parameters.required("EndpointName");
    Ok(json!({
        "EndpointName": name,
        "EndpointArn": arn(account, order.region, ENDPOINT.1, name),
        "EndpointConfigName": endpoint.config,
        "EndpointStatus": endpoint.status(order.now),
        "CreationTime": iso(endpoint.created),
        "LastModifiedTime": iso(endpoint.ready().min(order.now)),
    }))
}

pub(super) fn delete(operation: Operation, account: &mut Account, order: &Order<'_>) -> Result<Value, Fault> {
    let (kind, name) = super::named(operation, order);
    let arn_of_it = arn(account, order.region, kind, name);
    match operation {
        Operation::DeleteModel => {
            served(account, order)?;
            account.sagemaker.models.remove(order.parameters.required("ModelName"));
        }
        Operation::DeleteEndpointConfig => {
            config(account, order)?;
            account.sagemaker.configs.remove(order.parameters.required("EndpointConfigName"));
        }
        _ => {
            if endpoint(account, order)?.status(order.now) == "Creating" {
                let name = order.parameters.required("EndpointName");
                let arn = arn(account, order.region, ENDPOINT.1, name);
                // Unconfirmed.
                let message = format!("Cannot update in-progress endpoint \"{arn}\".");
                return Err(SageMakerFault::Busy { message }.into());
            }
            account.reckon(order.now);
            account.sagemaker.endpoints.remove(order.parameters.required("EndpointName"));
        }
    }
    account.sagemaker.tags.remove(&arn_of_it);
    Ok(Value::Null)
}
