set -uf -o pipefail
cd "$(dirname "$0")"
. ./settings.sh

problems=$(mktemp)
failed=

# Removes something; that it is not there is as well.
gone() {
  echo "- $*"
  if ! "$@" >/dev/null 2>"$problems" && ! grep -Eqi 'not ?found|no ?such|does not exist|could not be found|is being deleted' "$problems"; then
    cat "$problems" >&2
    failed=yes
  fi
}

# Waits until something can no longer be described.
vanished() {
  while "$@" >/dev/null 2>&1; do sleep 15; done
}

delete_cluster() {
  local status
  while status=$(aws redshift describe-clusters --cluster-identifier "$1" --query 'Clusters[0].ClusterStatus' --output text 2>/dev/null); do
    case $status in
      available | paused | incompatible*) gone aws redshift delete-cluster --cluster-identifier "$1" --skip-final-cluster-snapshot ;;
    esac
    sleep 30
  done
}

delete_role() {
  local each
  for each in $(aws iam list-attached-role-policies --role-name "$1" --query 'AttachedPolicies[].PolicyArn' --output text 2>/dev/null); do
    gone aws iam detach-role-policy --role-name "$1" --policy-arn "$each"
  done
  for each in $(aws iam list-role-policies --role-name "$1" --query 'PolicyNames' --output text 2>/dev/null); do
    gone aws iam delete-role-policy --role-name "$1" --policy-name "$each"
  done
  gone aws iam delete-role --role-name "$1"
}

delete_user() {
  local each
  for each in $(aws iam list-access-keys --user-name "$1" --query 'AccessKeyMetadata[].AccessKeyId' --output text 2>/dev/null); do
    gone aws iam delete-access-key --user-name "$1" --access-key-id "$each"
  done
  for each in $(aws iam list-attached-user-policies --user-name "$1" --query 'AttachedPolicies[].PolicyArn' --output text 2>/dev/null); do
    gone aws iam detach-user-policy --user-name "$1" --policy-arn "$each"
  done
  for each in $(aws iam list-user-policies --user-name "$1" --query 'PolicyNames' --output text 2>/dev/null); do
    gone aws iam delete-user-policy --user-name "$1" --policy-name "$each"
  done
  for each in $(aws iam list-groups-for-user --user-name "$1" --query 'Groups[].GroupName' --output text 2>/dev/null); do
    gone aws iam remove-user-from-group --user-name "$1" --group-name "$each"
  done
  gone aws iam delete-login-profile --user-name "$1"
  gone aws iam delete-user --user-name "$1"
}

