"""Trains XGBoost and scikit-learn on the rows that the learners were trained on, and says how good they are.

Called by `cargo xtask ml` with a folder: every NAME.csv in it has a first line of names, of which `part` says Train or
Test and `target` is to be predicted. Answers are one JSON object on standard output.
"""

import csv
import json
import pathlib
import sys
import warnings

import numpy
import xgboost
from sklearn.cluster import KMeans
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import accuracy_score, r2_score, roc_auc_score
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.preprocessing import StandardScaler

warnings.filterwarnings("ignore")
SEEDS = (1, 2, 3)


def read(path):
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    train = numpy.array([row.pop("part") == "Train" for row in rows])
    target = [row.pop("target") for row in rows]
    numbers, choices = [], []
    for name in rows[0]:
        values = [row[name] for row in rows]
        try:
            numbers.append([float(value) if value else numpy.nan for value in values])
        except ValueError:
            known = sorted(set(values))
            choices += [[float(value == each) for value in values] for each in known]
    numbers = numpy.array(numbers).T
    choices = numpy.array(choices).T if choices else numpy.zeros((len(rows), 0))
    return numbers, choices, target, train


def judge(kind, truth, said, probabilities=None):
    if kind == "regression":
        return {"r2": r2_score(truth, said)}
    scores = {"accuracy": accuracy_score(truth, said)}
    if kind == "binary":
        scores["auc"] = roc_auc_score(truth, probabilities[:, 1])
    return scores


def mean(of_seeds):
    return {key: float(numpy.mean([scores[key] for scores in of_seeds])) for key in of_seeds[0]}


def boosted(kind, options, features, target, train):
    make = xgboost.XGBRegressor if kind == "regression" else xgboost.XGBClassifier
    # Newer versions start each class of several at its own share; ours start, as the older did, alike.
    start = {"base_score": 0.5} if kind == "multiclass" else {}
    model = make(**{"n_jobs": 1, "n_estimators": 100, "tree_method": "hist", **start, **options})
    model.fit(features[train], target[train])
    test = features[~train]
    said = model.predict(test)
    if kind == "regression":
        return judge(kind, target[~train], said), [float(each) for each in said]
    probabilities = model.predict_proba(test)
    return judge(kind, target[~train], said, probabilities), [float(each) for each in probabilities[:, -1]]


def fitted(kind, models, features, target, train):
    scores = []
    for model in models:
        model.fit(features[train], target[train])
        probabilities = None if kind == "regression" else model.predict_proba(features[~train])
        scores.append(judge(kind, target[~train], model.predict(features[~train]), probabilities))
    return mean(scores)


EXACT = {"tree_method": "exact", "max_depth": 3, "n_estimators": 20}
STRICT = {
    "learning_rate": 0.1,
    "max_depth": 4,
    "min_child_weight": 3,
    "reg_lambda": 2,
    "reg_alpha": 0.5,
    "max_delta_step": 0.7,
}
KINDS = {
    "trees": {},
    "trees-exact": EXACT,
    "trees-strict": {**STRICT, "tree_method": "exact", "n_estimators": 20},
    "trees-pruned": {**STRICT, "gamma": 0.5},
}


def problem(path):
    numbers, choices, target, train = read(path)
    kind = path.stem.split("-")[0]
    if kind == "regression":
        target = numpy.array([float(each) for each in target])
    else:
        labels = sorted(set(target))
        target = numpy.array([labels.index(each) for each in target])
    everything = numpy.hstack([numbers, choices])
    scaled = StandardScaler().fit(numbers[train]).transform(numbers)
    found = {}
    for name, options in KINDS.items():
        found[name], said = boosted(kind, options, everything, target, train)
        found[name]["said"] = said
    features = numpy.hstack([numpy.nan_to_num(scaled), choices])
    linear = LinearRegression() if kind == "regression" else LogisticRegression(C=1.0, max_iter=2000)
    found["linear"] = fitted(kind, [linear], features, target, train)
    net = MLPRegressor if kind == "regression" else MLPClassifier
    options = {"hidden_layer_sizes": (32, 16), "max_iter": 40, "batch_size": 64, "learning_rate_init": 0.003}
    nets = [net(random_state=seed, n_iter_no_change=1000, **options) for seed in SEEDS]
    found["mlp"] = fitted(kind, nets, features, target, train)
    points = numpy.nan_to_num(scaled)[train]
    found["kmeans"] = {"inertia": KMeans(n_clusters=5, n_init=10, random_state=1).fit(points).inertia_}
    return found


if __name__ == "__main__":
    folder = pathlib.Path(sys.argv[1])
    print(json.dumps({path.stem: problem(path) for path in sorted(folder.glob("*.csv"))}))
