# Figures of FeatureMeasuresTest, by torch-fidelity 0.4.0 (github.com/toshas/torch-fidelity, 5e211a9): python3 reference.py
# with torch and torch-fidelity installed. Rows are made by a formula, so that both sides have the same.
import numpy, torch
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_kid import kid_features_to_metric
from torch_fidelity.metric_prc import prc_features_to_metric


def rows(count, width, phase, spread):
    i, j = numpy.mgrid[0:count, 0:width].astype(numpy.float64)
    mixed = numpy.sin(12.9898 * i + 78.233 * j + phase) * 43758.5453
    return torch.tensor(spread * (mixed - numpy.floor(mixed)) + 0.1 * j)


for count, width, other in [(200, 8, 150), (12, 32, 10)]:
    one, two = rows(count, width, 0.0, 1.0), rows(other, width, 0.4, 1.2)
    statistics = [fid_features_to_statistics(each) for each in (one, two)]
    frechet = fid_statistics_to_metric(*statistics, verbose=False)
    kernel = kid_features_to_metric(
        one[:other], two, kid_subsets=1, kid_subset_size=other, kid_kernel="poly", kid_kernel_poly_degree=3,
        kid_kernel_poly_gamma=None, kid_kernel_poly_coef0=1, rng_seed=0, verbose=False)
    shared = prc_features_to_metric(
        one, two, prc_neighborhood=3, prc_batch_size=10000, save_cpu_ram=False, verbose=False)
    print(count, width, other, frechet, kernel, shared)
